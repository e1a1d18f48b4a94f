import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

export type Tone = "good" | "info" | "agent" | "warn" | "bad" | "plain"

const TONES: Record<Tone, string> = {
  good: "bg-good-soft text-good",
  info: "bg-info-soft text-info",
  agent: "bg-agent-soft text-agent",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  plain: "bg-raised text-text",
}

/** A word on a coloured ground; the word alone must say it, the colour only helps. */
export function Badge({
  tone = "plain",
  children,
  className,
}: {
  tone?: Tone
  children: ReactNode
  className?: string
}) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1 rounded-full px-2.5 py-0.5 text-xs font-bold whitespace-nowrap",
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
