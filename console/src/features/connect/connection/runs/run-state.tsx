import { Badge } from "@/components/ui/badge"
import { formatWord } from "@/lib/format"
import { type Run, runOpen } from "../../queries"
import { through, toneOf } from "../../words"

/** A run's state, and while it is open how far it has come. */
export function RunState({ run }: { run: Run }) {
  const [done, of] = through(run)
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Badge tone={toneOf(run.state)}>{formatWord(run.state)}</Badge>
      {runOpen(run) && of > 0 && (
        <>
          <progress aria-label="Streams that are through" value={done} max={of} className="h-2 w-20 accent-primary" />
          <span className="text-xs text-muted">{`${done} of ${of} streams`}</span>
        </>
      )}
    </span>
  )
}
