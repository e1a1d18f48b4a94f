import type { Tone } from "@/components/ui/badge"
import { formatNumber, formatWord } from "@/lib/format"
import type { Connection, Run, Statistics, Steering } from "./queries"

const STATES: Record<string, [Tone, string, string]> = {
  UNSUPPORTED_TYPE: ["plain", "Unsupported", "Nothing that is installed reads this kind of source."],
  AWAITING_CREDENTIALS: ["warn", "Needs credentials", "Some settings are missing. Give them with Reconnect."],
  PENDING: ["info", "Being looked at", "AAM is looking at the source for the first time."],
  SAFE_MODE: ["agent", "Safe Mode", "At most 20 rows of a stream are looked at. Check the preview, then promote it."],
  ACTIVE: ["good", "Active", "It can be synced."],
  FAILED: ["bad", "Failed", "The source could not be read the last time."],
  DRIFTED: ["warn", "Schema changed", "Streams with another schema are held. Discover again to accept it."],
  HEALING: ["agent", "Healing", "A repair of the mapping is under way."],
}

/** A connection's state: tone, a word, and what it means. A pause is told before anything else but trouble. */
export function stateOf({ state, paused_by }: Pick<Connection, "state" | "paused_by">): [Tone, string, string] {
  if (paused_by && state === "ACTIVE") return ["warn", "Paused", "Nothing of it runs until somebody resumes it."]
  return STATES[state] ?? ["plain", formatWord(state), ""]
}

const RUNS: Record<string, Tone> = {
  pending: "info",
  running: "info",
  paused: "warn",
  succeeded: "good",
  failed: "bad",
  cancelled: "plain",
  held: "warn",
  ready: "good",
  discovered: "info",
  needs_mapping: "warn",
  schema_changed: "warn",
  ok: "good",
}
/** The tone of a run's, a stream's or a watch's state. */
export const toneOf = (state: string): Tone => RUNS[state] ?? "plain"

/** What a run reads, in words. */
export function modeOf(run: Run): string {
  if (run.replay) return "Replay"
  if (run.full_refresh) return "Full refresh"
  if (run.backfill_from || run.backfill_until) return `Backfill ${run.backfill_from} to ${run.backfill_until}`
  return "Sync"
}

export type Totals = { read: number; published: number; quarantined: number; bytes: number }

/** What a run did over all its streams. */
export function totals(run: Run): Totals {
  return run.streams.reduce(
    (sum, stream) => ({
      read: sum.read + stream.rows_read,
      published: sum.published + stream.rows_published,
      quarantined: sum.quarantined + stream.rows_quarantined,
      bytes: sum.bytes + stream.bytes,
    }),
    { read: 0, published: 0, quarantined: 0, bytes: 0 },
  )
}

/** How long a run took, or takes until now; ms. */
export function tookMs(run: Run, now = Date.now()): number {
  return (run.end_time ? Date.parse(run.end_time) : now) - Date.parse(run.create_time)
}

/** Streams of a run that are through, and how many there are. */
export function through(run: Run): [done: number, of: number] {
  return [run.streams.filter((stream) => !["pending", "running"].includes(stream.state)).length, run.streams.length]
}

/** When it syncs, in words. */
export function scheduleWords({ every_minutes, cron, timezone }: Steering): string {
  if (cron) return `${cron} (${timezone})`
  if (every_minutes === 0) return "By hand"
  if (every_minutes % 1440 === 0) return every_minutes === 1440 ? "Every day" : `Every ${every_minutes / 1440} days`
  if (every_minutes % 60 === 0) return every_minutes === 60 ? "Every hour" : `Every ${every_minutes / 60} hours`
  return `Every ${formatNumber(every_minutes)} min`
}

export type Fresh = { tone: Tone; word: string }

/** Whether the last successes are recent enough: the worst of the streams, as the platform judges them. */
export function freshness({ streams, fresh_within_minutes }: Statistics): Fresh {
  const stale = streams.filter((stream) => stream.fresh === false).length
  if (stale > 0) return { tone: "warn", word: stale === 1 ? "1 stream is late" : `${stale} streams are late` }
  if (streams.every((stream) => stream.last_success_time === null)) return { tone: "plain", word: "Never synced" }
  if (streams.some((stream) => stream.fresh)) return { tone: "good", word: "Fresh" }
  return { tone: "plain", word: fresh_within_minutes === null ? "No limit set" : "Not known yet" }
}

/** 93,600 seconds as "1 day 2 h". */
export function lagWords(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

const SIZES = ["B", "kB", "MB", "GB", "TB"]
/** 77,282 bytes as "77 kB". */
export function bytesWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), SIZES.length - 1)
  const size = bytes / 1000 ** power
  return `${formatNumber(size < 10 && power > 0 ? Math.round(size * 10) / 10 : Math.round(size))} ${SIZES[power]}`
}
