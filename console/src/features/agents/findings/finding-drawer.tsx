import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Stat, Stats } from "@/components/stat"
import { Badge } from "@/components/ui/badge"
import { Dialog } from "@/components/ui/dialog"
import { formatWord } from "@/lib/format"
import type { Finding } from "../queries"
import { RowsBehind } from "../rows-behind"
import { exact, toneOf } from "../words"
import { Evidence } from "./evidence"

type Props = { id: string; findings: readonly Finding[]; onClose: () => void }

/** A finding with its evidence and the rows behind it. */
export function FindingDrawer({ id, findings, onClose }: Props) {
  const finding = findings.find((one) => one.id === id)
  return (
    <Dialog
      open
      onClose={onClose}
      shape="drawer"
      title={finding?.title ?? "Finding"}
      description={finding ? `Found by ${finding.agent}: ${formatWord(finding.check).toLowerCase()}` : "A finding"}
    >
      {finding ? (
        <Content finding={finding} />
      ) : (
        <Empty
          title="This finding is not among those of the newest run"
          action={<Link to="/agents">All findings</Link>}
        >
          A newer run may have found that it no longer holds. The run that found it is still in the list of runs.
        </Empty>
      )}
    </Dialog>
  )
}

function Content({ finding }: { finding: Finding }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={toneOf(finding.severity)}>{formatWord(finding.severity)}</Badge>
        <Badge tone="agent">{finding.agent}</Badge>
        <Link to="/agents/runs/$runId" params={{ runId: finding.run_id }}>
          The run that found it
        </Link>
      </p>
      {finding.figure && (
        <Stats>
          <Stat name={formatWord(finding.check)} value={exact(finding.figure)} note={finding.unit} />
        </Stats>
      )}
      {finding.action && (
        <section>
          <h3 className="mb-1 font-bold">What to do</h3>
          <p className="text-sm">{finding.action}</p>
        </section>
      )}
      {finding.evidence.length > 0 && (
        <section className="min-w-0">
          <h3 className="mb-1 font-bold">Evidence</h3>
          <Evidence finding={finding} />
        </section>
      )}
      {finding.view && (
        <section className="min-w-0">
          <h3 className="mb-1 font-bold">Rows behind it</h3>
          <RowsBehind view={finding.view} filters={finding.filters} />
        </section>
      )}
    </>
  )
}
