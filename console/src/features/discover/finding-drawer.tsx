import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Stat, Stats } from "@/components/stat"
import { Time } from "@/components/time"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { formatNumber, formatPercent } from "@/lib/format"
import { DataSets } from "./data-sets"
import { OutcomeLine } from "./decisions/outcome"
import type { useDecisions } from "./decisions/use-decisions"
import { type Finding, findingQuery } from "./queries"
import { StateBadge } from "./state-badge"
import { rowsIn } from "./triage/inbox"

type Props = {
  id: string
  decisions: ReturnType<typeof useDecisions>
  onClose: () => void
  onReject: (finding: Finding) => void
  returnTo: () => HTMLElement | null
}

/** A finding with all its evidence, and the decision on it. */
export function FindingDrawer({ id, decisions, onClose, onReject, returnTo }: Props) {
  const query = useQuery(findingQuery(id))
  return (
    <Dialog
      open
      onClose={onClose}
      shape="drawer"
      returnTo={returnTo}
      title={query.data?.name ?? "Finding"}
      description={query.data?.location ?? "A place with data"}
    >
      <OutcomeLine {...decisions} />
      <Async query={query}>
        {(finding) => (
          <Evidence key={finding.id} finding={finding} decisions={decisions} onReject={() => onReject(finding)} />
        )}
      </Async>
    </Dialog>
  )
}

type EvidenceProps = Pick<Props, "decisions"> & { finding: Finding; onReject: () => void }

function Evidence({ finding, decisions, onReject }: EvidenceProps) {
  const readable = finding.data_sets.filter((set) => !set.error)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(readable.map((set) => set.name)))
  const rows = rowsIn(finding.data_sets)
  const open = finding.state === "open"
  const all = chosen.size === readable.length
  const approve = () => void decisions.decide([finding], { kind: "approve", ...(all ? {} : { dataSets: [...chosen] }) })
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <StateBadge state={finding.state} />
        <span className="text-muted">
          Found <Time at={finding.create_time} />
        </span>
        {finding.connection_id && (
          <Link to="/connect/$connectionId" params={{ connectionId: finding.connection_id }}>
            Open its connection
          </Link>
        )}
      </div>
      <Stats>
        <Stat name="Score" value={formatPercent(finding.score)} note="how much it deserves a look" />
        <Stat name="Data sets" value={finding.data_sets.length} note={`${readable.length} readable`} />
        <Stat name="Rows" value={rows === null ? null : formatNumber(rows)} note="as far as counted" />
      </Stats>
      <section>
        <h3 className="mb-1 font-bold">Why</h3>
        <ul className="list-disc pl-5 text-sm">
          {finding.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </section>
      <section className="flex flex-col gap-2">
        <h3 className="font-bold">{open ? "Data sets to connect" : "Data sets"}</h3>
        <DataSets sets={finding.data_sets} chosen={open ? chosen : null} onChoose={setChosen} />
      </section>
      {open && (
        <div className="sticky bottom-0 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-t bg-surface p-4">
          <Button kind="danger" onClick={onReject} disabled={decisions.progress !== null}>
            Reject…
          </Button>
          <Button kind="primary" onClick={approve} busy={decisions.progress !== null} disabled={chosen.size === 0}>
            {all ? "Approve and connect all" : `Approve and connect ${chosen.size}`}
          </Button>
        </div>
      )}
    </>
  )
}
