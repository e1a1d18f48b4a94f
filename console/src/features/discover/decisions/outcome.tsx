import { problemFrom } from "@/api/problem"
import { Link } from "@/components/link"
import { Button } from "@/components/ui/button"
import { formatCount } from "@/lib/format"
import type { useDecisions } from "./use-decisions"

type Props = Pick<ReturnType<typeof useDecisions>, "progress" | "outcome" | "dismiss">

const VERBS = { approve: ["Approving", "approved"], reject: ["Rejecting", "rejected"] } as const

/** How far the decisions have come, and then what came of them. */
export function OutcomeLine({ progress, outcome, dismiss }: Props) {
  if (progress) {
    const words = `${VERBS[progress.kind][0]} ${progress.settled} of ${progress.of}`
    return (
      <div className="flex items-center gap-3 rounded-xl bg-info-soft p-3 text-sm text-info" role="status">
        <span className="font-bold">{words}</span>
        <progress aria-label={words} value={progress.settled} max={progress.of} className="h-2 flex-1 accent-primary" />
      </div>
    )
  }
  if (!outcome) return null
  return (
    <div className="flex flex-wrap items-start gap-3 rounded-xl border bg-surface p-3 text-sm" role="status">
      <div className="min-w-0 flex-1">
        {outcome.done.length > 0 && (
          <p className="font-bold">{`${formatCount(outcome.done.length, "finding")} ${VERBS[outcome.kind][1]}.`}</p>
        )}
        {outcome.kind === "approve" && outcome.done.length > 0 && (
          <p>
            Connected:{" "}
            {outcome.done
              .filter((finding) => finding.connection_id)
              .map((finding, at) => (
                <span key={finding.id}>
                  {at > 0 && ", "}
                  <Link to="/connect/$connectionId" params={{ connectionId: finding.connection_id }}>
                    {finding.name}
                  </Link>
                </span>
              ))}
            . AAM now reads the first rows of each data set and asks for a mapping.
          </p>
        )}
        {outcome.failed.map(({ finding, error }) => (
          <p key={finding.id} className="text-bad">
            <b>{finding.name}</b>: {problemFrom(error).detail} {problemFrom(error).hint}
          </p>
        ))}
      </div>
      <Button kind="quiet" onClick={dismiss}>
        Dismiss
      </Button>
    </div>
  )
}
