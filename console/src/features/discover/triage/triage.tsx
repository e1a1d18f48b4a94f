import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useRef, useState } from "react"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { FindingDrawer } from "../finding-drawer"
import { type Finding, MOST_FINDINGS, scansQuery } from "../queries"
import { BulkBar } from "./bulk-bar"
import { Filters } from "./filters"
import { FindingRow } from "./finding-row"
import { type Filter, next, pick } from "./inbox"
import { type Deed, useKeys } from "./keys"
import { KeysDialog } from "./keys-dialog"
import { NoneLeft } from "./none-left"
import { OutcomeLine } from "./outcome"
import { RejectDialog } from "./reject-dialog"
import { type Decision, useDecisions } from "./use-decisions"

const route = getRouteApi("/app/discover")

/** The inbox: look at what was found, and decide. */
export function Triage({ findings, onScan }: { findings: Finding[]; onScan: () => void }) {
  const { finding: openId, show: _, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const scans = useQuery(scansQuery).data ?? []
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [rejecting, setRejecting] = useState<readonly Finding[]>([])
  const [help, setHelp] = useState(false)
  const decisions = useDecisions()
  const list = useRef<HTMLUListElement>(null)
  const shown = pick(findings, filter, scans)
  const chosen = shown.filter((finding) => selected.has(finding.id))
  const set = (more: Filter & { finding?: string }) =>
    void navigate({ search: (before) => withSearch(before, more), replace: true, resetScroll: false })
  const select = (id: string, on: boolean) =>
    setSelected((before) => new Set(on ? [...before, id] : [...before].filter((one) => one !== id)))
  const here = () => openId || focused(list.current)

  /** Decide, and put the keyboard on the finding that then stands where the last one stood. */
  const settle = async (meant: readonly Finding[], decision: Decision) => {
    const rest = shown.filter((finding) => !meant.includes(finding))
    const place = shown.findIndex((finding) => meant.includes(finding))
    const follower = rest[Math.min(place, rest.length - 1)]
    await decisions.decide(meant, decision)
    setSelected(new Set())
    if (follower && !openId) opener(list.current, follower.id)?.focus()
  }

  const act = (deed: Deed) => {
    const at = here()
    if (deed === "help") return setHelp(true)
    if (deed === "next" || deed === "previous") {
      const to = next(
        shown.map((finding) => finding.id),
        at,
        deed === "next" ? 1 : -1,
      )
      if (!to) return
      if (openId) set({ finding: to })
      else opener(list.current, to)?.focus()
      return
    }
    const meant = chosen.length > 0 && !openId ? chosen : findings.filter((finding) => finding.id === at)
    if (deed === "select" && at) select(at, !selected.has(at))
    if (deed === "approve") void settle(meant, { kind: "approve" })
    if (deed === "reject") setRejecting(meant.filter((finding) => finding.state === "open"))
  }
  useKeys(act, rejecting.length > 0 || help)

  return (
    <Card>
      <div className="flex flex-col gap-4">
        <Filters filter={filter} scans={scans} onChange={set} />
        <OutcomeLine {...decisions} />
        <BulkBar
          shown={shown}
          chosen={chosen}
          busy={decisions.progress !== null}
          onChoose={(ids) => setSelected(new Set(ids))}
          onApprove={() => act("approve")}
          onReject={() => act("reject")}
          onHelp={() => setHelp(true)}
        />
        {shown.length === 0 ? (
          <NoneLeft any={findings.length > 0} filter={filter} onAll={() => set({ state: "all" })} onScan={onScan} />
        ) : (
          <ul ref={list} data-inbox aria-label="Findings" className="rounded-xl border">
            {shown.map((finding) => (
              <FindingRow
                key={finding.id}
                finding={finding}
                open={finding.id === openId}
                selected={selected.has(finding.id)}
                onOpen={() => set({ finding: finding.id })}
                onSelect={(on) => select(finding.id, on)}
              />
            ))}
          </ul>
        )}
        {findings.length >= MOST_FINDINGS && (
          <p className="text-sm text-muted">{`Only the ${formatCount(MOST_FINDINGS, "finding")} with the highest scores are shown.`}</p>
        )}
      </div>
      {openId && (
        <FindingDrawer
          id={openId}
          decisions={decisions}
          returnTo={() => opener(list.current, openId)}
          onClose={() => set({ finding: "" })}
          onReject={(finding) => setRejecting([finding])}
        />
      )}
      {rejecting.length > 0 && (
        <RejectDialog
          findings={rejecting}
          onClose={() => setRejecting([])}
          onReject={(note) => {
            setRejecting([])
            void settle(rejecting, { kind: "reject", note })
          }}
        />
      )}
      {help && <KeysDialog onClose={() => setHelp(false)} />}
    </Card>
  )
}

/** The finding that has the keyboard. */
function focused(list: HTMLElement | null): string | undefined {
  const row = document.activeElement?.closest<HTMLElement>("[data-finding]")
  return row && list?.contains(row) ? row.dataset.finding : undefined
}

/** The button that opens a finding. */
function opener(list: HTMLElement | null, id: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-finding="${CSS.escape(id)}"] button`) ?? null
}
