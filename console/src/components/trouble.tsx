import { TriangleAlert } from "lucide-react"
import { problemFrom } from "@/api/problem"
import { Button } from "./ui/button"

/** What went wrong and what to do next, in the platform's own words. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = problemFrom(error)
  return (
    <div
      role="alert"
      className="flex flex-wrap items-start gap-3 rounded-xl border border-bad bg-bad-soft p-4 text-sm text-bad"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-5 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-bold">{problem.detail}</p>
        {problem.hint && <p>{problem.hint}</p>}
        <p className="mt-1 font-mono text-xs">{problem.reason}</p>
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}
