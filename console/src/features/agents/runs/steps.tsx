import { Check, CircleDashed, Loader, type LucideIcon, Minus, X } from "lucide-react"
import { Badge } from "@/components/ui/badge"
import { cn } from "@/lib/cn"
import { formatCount, formatDuration, formatTime, formatWord } from "@/lib/format"
import type { Step } from "../queries"
import { stepTitle, stepTookMs, toneOf } from "../words"

const ICONS: Record<string, LucideIcon> = { succeeded: Check, failed: X, running: Loader, pending: CircleDashed }
const GROUNDS: Record<string, string> = {
  succeeded: "bg-good-soft text-good",
  failed: "bg-bad-soft text-bad",
  running: "bg-info-soft text-info",
}

/** The steps of a run from the first to the last. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="flex flex-col">
      {steps.map((step, at) => (
        <li key={step.name} className="relative flex gap-4 pb-5 last:pb-0">
          {at < steps.length - 1 && <span aria-hidden className="absolute top-9 bottom-0 left-4 w-0.5 bg-line" />}
          <StepMark state={step.state} />
          <div className="min-w-0 flex-1">
            <h3 className="flex flex-wrap items-center gap-2">
              {stepTitle(step.name)}
              <Badge tone={toneOf(step.state)}>{formatWord(step.state)}</Badge>
            </h3>
            {step.summary && <p className="text-sm break-words">{step.summary}</p>}
            <p className="text-xs text-muted">{facts(step).join(" · ")}</p>
          </div>
        </li>
      ))}
    </ol>
  )
}

function StepMark({ state }: { state: string }) {
  const Icon = ICONS[state] ?? Minus
  return (
    <span
      aria-hidden
      className={cn("flex size-8 shrink-0 items-center justify-center rounded-full", GROUNDS[state] ?? "bg-raised")}
    >
      <Icon className={cn("size-4.5", state === "running" && "animate-spin")} />
    </span>
  )
}

function facts(step: Step): string[] {
  const took = stepTookMs(step)
  return [
    ...(step.start_time ? [`Started ${formatTime(new Date(step.start_time))}`] : ["Not started"]),
    ...(took === null ? [] : [`${step.end_time ? "took" : "so far"} ${formatDuration(took)}`]),
    ...(step.attempts > 1 ? [formatCount(step.attempts, "attempt")] : []),
  ]
}
