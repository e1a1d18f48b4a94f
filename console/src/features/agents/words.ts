/** What findings and runs are called, and which tone says it. */
import type { Tone } from "@/components/ui/badge"
import { formatWord } from "@/lib/format"
import type { Finding, Run, Step } from "./queries"

const TONES: Record<string, Tone> = {
  problem: "bad",
  failed: "bad",
  warning: "warn",
  cancelled: "warn",
  info: "info",
  running: "info",
  succeeded: "good",
}
const figure = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 })
const rounded = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 })
const NUMBER = /^-?\d+(\.\d+)?$/

export const toneOf = (word: string): Tone => TONES[word] ?? "plain"

/** An exact number as text, written for people to its last digit; any other text as it is. */
export function exact(text: string): string {
  return NUMBER.test(text) ? figure.format(text as Intl.StringNumericLiteral) : text
}

/** "64.07 %", "166 opportunities", to two decimals; an amount without a currency stands alone. */
export function figureOf({ figure: value, unit }: Pick<Finding, "figure" | "unit">): string {
  if (!value) return ""
  const text = NUMBER.test(value) ? rounded.format(value as Intl.StringNumericLiteral) : value
  return unit && unit !== "as in the source" ? `${text} ${unit}` : text
}

export const severitiesOf = (findings: readonly Finding[]) => count(findings.map((one) => one.severity))
export const agentsOf = (findings: readonly Finding[]) => count(findings.map((one) => one.agent))

/** How often each word occurs, in the order in which it first does. */
function count(words: string[]): [word: string, times: number][] {
  const counted = new Map<string, number>()
  for (const word of words) counted.set(word, (counted.get(word) ?? 0) + 1)
  return [...counted]
}

/** "analyse:finops" as "Analyse: finops". */
export function stepTitle(name: string): string {
  const [deed = "", agent] = name.split(":")
  return agent ? `${formatWord(deed)}: ${agent}` : formatWord(deed)
}

/** How long it has taken, until now while it is under way; null before it began. */
export function tookMs(from: string | null, to: string | null, now = Date.now()): number | null {
  if (!from) return null
  return Math.max(0, (to ? Date.parse(to) : now) - Date.parse(from))
}

export const runTookMs = (run: Run, now?: number) => tookMs(run.create_time, run.end_time, now)
export const stepTookMs = (step: Step, now?: number) =>
  step.end_time || step.state === "running" ? tookMs(step.start_time, step.end_time, now) : null
