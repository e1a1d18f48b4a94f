import { formatAgo, formatTime } from "@/lib/format"

/** A moment, as "3 minutes ago"; pointing at it shows the date and time. `at`: ISO 8601, or milliseconds. */
export function Time({ at }: { at: string | number | null | undefined }) {
  if (at === null || at === undefined || at === "") return <span className="text-muted">never</span>
  const moment = new Date(at)
  return (
    <time dateTime={moment.toISOString()} title={formatTime(moment)}>
      {formatAgo(moment)}
    </time>
  )
}
