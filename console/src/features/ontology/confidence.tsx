import { Badge, type Tone } from "@/components/ui/badge"
import { formatPercent } from "@/lib/format"

/** The matcher's own judgement of a field, in words. */
const TIERS: Record<string, [Tone, string]> = {
  auto: ["good", "sure"],
  queue: ["warn", "to review"],
  reject: ["bad", "unlikely"],
}

/** How sure the matcher is, from 0 to 1, and what it made of that (`tier`). */
export function Confidence({ value, tier = "" }: { value: number; tier?: string }) {
  const [tone, word] = TIERS[tier] ?? ["plain", ""]
  return (
    <Badge tone={tone}>
      {formatPercent(value)}
      {word && ` ${word}`}
    </Badge>
  )
}
