import { Badge, type Tone } from "@/components/ui/badge"
import { formatWord } from "@/lib/format"

const STATES: Record<string, [Tone, string]> = {
  open: ["info", "To decide"],
  approved: ["good", "Approved"],
  rejected: ["plain", "Rejected"],
  queued: ["info", "Queued"],
  running: ["info", "Scanning"],
  succeeded: ["good", "Finished"],
  failed: ["bad", "Failed"],
}

/** The state of a finding or a scan. */
export function StateBadge({ state }: { state: string }) {
  const [tone, words] = STATES[state] ?? (["plain", formatWord(state)] as const)
  return <Badge tone={tone}>{words}</Badge>
}
