import type { Tone } from "@/components/ui/badge"

export const STATES: Record<string, { tone: Tone; text: string }> = {
  pending: { tone: "warn", text: "Waiting" },
  approved: { tone: "good", text: "Approved" },
  rejected: { tone: "bad", text: "Rejected" },
}

/** What a transform does with a value: "read as decimal", with its settings. */
export function transformText(transform: Record<string, unknown>): string {
  const { kind, ...rest } = transform
  const settings = Object.entries(rest).filter(([, value]) => value !== "" && value !== null && value !== undefined)
  return [`read as ${String(kind ?? "it is")}`, ...settings.map(([name, value]) => `${name} ${plain(value)}`)].join(
    ", ",
  )
}

/** Who decided: the platform itself says "auto". */
export function decidedBy(by: string): string {
  return by === "auto" ? "the platform, being sure" : by
}

function plain(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value)
}

/** How the platform tells one record of a stream from another. */
export function keyText(columns: string[]): string {
  if (columns.length === 0) return "The source has no key column: a record is known by its place in it."
  return `A record is known by ${columns.join(", ")}.`
}
