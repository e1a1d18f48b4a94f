/** How numbers, times and sizes are written, in the browser's language. */

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 })
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" })

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

export const formatNumber = (value: number) => number.format(value)
export const formatCompact = (value: number) => compact.format(value)
/** A share from 0 to 1. */
export const formatPercent = (share: number) => percent.format(share)
export const formatTime = (at: Date) => moment.format(at)

/** "3 minutes ago"; within a minute, "just now". */
export function formatAgo(at: Date, now = new Date()): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? []
  return unit && length ? relative.format(Math.round(seconds / length), unit) : "just now"
}

/** "1.4 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${formatNumber(Math.round(ms / 100) / 10)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** `NEEDS_REVIEW` or `needs_review` as "Needs review". */
export function formatWord(word: string): string {
  const plain = word.replaceAll("_", " ").toLowerCase()
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** "1 row", "1,204 rows". */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}
