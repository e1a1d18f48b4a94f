import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useEffect, useState } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import { SelectField } from "@/components/ui/field"
import { withSearch } from "@/lib/search"
import { type Proposal, proposalQuery, proposalsQuery } from "../queries"
import { STATES } from "../words"
import { Decide } from "./decide"
import { ProposalDetail } from "./proposal-detail"
import { ProposalList } from "./proposal-list"
import { following, forQueue, moved, stateShown } from "./queue"

const route = getRouteApi("/app/ontology/proposals")

/** The approval queue: what the platform thinks a stream means, for a person to judge. */
export function Proposals() {
  const { state: chosen = "", connection = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const waiting = useQuery(proposalsQuery("pending", connection))
  const state = stateShown(chosen, waiting.data?.proposals.length ?? 0)
  const shown = useQuery({ ...proposalsQuery(state, connection), enabled: waiting.data !== undefined || chosen !== "" })
  return (
    <Page
      title="Mapping proposals"
      lead="What the platform thinks the columns of a stream mean. What it is sure of is approved by itself; you decide the rest."
      actions={<Link to="/ontology">Back to the ontology</Link>}
    >
      <div className="flex flex-wrap items-end justify-between gap-3">
        <SelectField
          label="State"
          className="w-full sm:w-56"
          value={state || "all"}
          onChange={(event) =>
            void navigate({ search: (now) => withSearch(now, { state: event.target.value, proposal: "" }) })
          }
          options={[...Object.entries(STATES).map(([name, { text }]) => [name, text] as const), ["all", "All"]]}
        />
        <p className="text-xs text-muted">
          Keys: <Key>j</Key> <Key>k</Key> next and previous, <Key>a</Key> approve, <Key>r</Key> reject
        </p>
      </div>
      {connection && (
        <p className="text-sm">
          Only proposals of one connection are shown.{" "}
          <Link to="/ontology/proposals" search={chosen ? { state: chosen } : {}}>
            Show those of every connection
          </Link>
        </p>
      )}
      {chosen === "" && waiting.data?.proposals.length === 0 && shown.data?.proposals.length !== 0 && (
        <p className="text-sm">Nothing waits for you. These were decided before.</p>
      )}
      <Async query={shown} lines={8}>
        {(page) =>
          page.proposals.length ? (
            <Queue proposals={page.proposals} more={page.next_page_token !== ""} />
          ) : (
            <NoProposals state={state} />
          )
        }
      </Async>
    </Page>
  )
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded border bg-raised px-1.5 py-0.5 font-mono text-text">{children}</kbd>
}

const TITLES: Record<string, string> = {
  pending: "Nothing waits for a decision",
  approved: "Nothing was approved yet",
  rejected: "Nothing was rejected",
}

function NoProposals({ state }: { state: string }) {
  const action =
    state === "" ? (
      <ButtonLink to="/connect/new">Connect a source</ButtonLink>
    ) : (
      <ButtonLink to="/ontology/proposals" search={{ state: "all" }}>
        See all proposals
      </ButtonLink>
    )
  return (
    <Empty title={TITLES[state] ?? "No proposal yet"} action={action}>
      When a connection discovers a new stream, or a known one changes, its mapping is proposed here.
    </Empty>
  )
}

/** The list beside the one that is open; keys move and decide. */
function Queue({ proposals, more }: { proposals: Proposal[]; more: boolean }) {
  const { proposal: asked = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const [deed, setDeed] = useState<"" | "approve" | "reject">("")
  const elsewhere = useQuery({
    ...proposalQuery(asked),
    enabled: asked !== "" && !proposals.some((p) => p.id === asked),
  })
  const open = proposals.find((one) => one.id === asked) ?? elsewhere.data ?? (asked ? undefined : proposals[0])
  const show = (id: string) =>
    void navigate({ search: (now) => withSearch(now, { proposal: id }), replace: true, resetScroll: false })
  useKeys((event) => {
    const next = moved(proposals, open?.id ?? "", event.key)
    if (next) show(next.id)
    else if (event.key === "a" && open?.state === "pending") setDeed("approve")
    else if (event.key === "r" && open?.state === "pending") setDeed("reject")
    else return
    event.preventDefault()
  })
  const done = () => {
    const next = following(proposals, open?.id ?? "")
    setDeed("")
    show(next?.id ?? "")
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <ProposalList proposals={proposals} open={open?.id ?? ""} onOpen={show} more={more} />
      {open ? (
        <Decide key={open.id} proposal={open} deed={deed} onDeed={setDeed} onDone={done}>
          {(choice) => <ProposalDetail proposal={open} {...choice} />}
        </Decide>
      ) : (
        <Card>
          <Async query={elsewhere}>{() => null}</Async>
        </Card>
      )}
    </div>
  )
}

function useKeys(pressed: (event: KeyboardEvent) => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => forQueue(event) && pressed(event)
    document.addEventListener("keydown", listen)
    return () => document.removeEventListener("keydown", listen)
  })
}
