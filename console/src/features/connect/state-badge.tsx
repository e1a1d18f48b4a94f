import { Badge } from "@/components/ui/badge"
import type { Connection } from "./queries"
import { stateOf } from "./words"

/** A connection's state; pointing at it says what it means. */
export function StateBadge({ connection }: { connection: Pick<Connection, "state" | "paused_by"> }) {
  const [tone, word, meaning] = stateOf(connection)
  return (
    <span title={meaning}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  )
}
