import { useLive } from "@/lib/live"
import { Badge } from "./ui/badge"

/** Green only while the last word from the platform is less than 30 s old. `at`: ms since the epoch, null for never. */
export function LiveBadge({ at }: { at: number | null }) {
  const live = useLive(at)
  return (
    <span aria-live="polite">
      <Badge tone={live ? "good" : "plain"}>
        <span aria-hidden className={live ? "size-2 rounded-full bg-good" : "size-2 rounded-full bg-muted"} />
        {live ? "Live" : "Not live"}
      </Badge>
    </span>
  )
}
