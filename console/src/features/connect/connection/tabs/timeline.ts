/** What happened to a connection, from its runs, the flow events, the changes by people, and its plan. */
import type { Tone } from "@/components/ui/badge"
import type { FlowEvent } from "@/features/flow/feed"
import { formatCount, formatDuration, formatWord } from "@/lib/format"
import type { Change, Connection, Run } from "../../queries"
import { modeOf, toneOf, tookMs, totals } from "../../words"

export type Moment = {
  id: string
  /** Milliseconds since the epoch. */
  at: number
  title: string
  detail: string
  tone: Tone
  runId?: string
  future?: boolean
}

type Known = {
  connection: Pick<Connection, "id" | "create_time" | "pause_time" | "next_time">
  runs: readonly Run[]
  flow: readonly FlowEvent[]
  changes: readonly Change[]
}

/** All moments, newest first; what is planned stands on top. */
export function timeline({ connection, runs, flow, changes }: Known): Moment[] {
  const moments = [
    ...runs.map(ofRun),
    ...flow.filter(tells).map(ofFlow),
    ...changes.map(ofChange),
    ...once("created", connection.create_time, "Connection made", "info"),
    ...once("paused", connection.pause_time, "Paused", "warn"),
    ...once("due", connection.next_time, "Next sync is due", "info").map((moment) => ({ ...moment, future: true })),
  ]
  return moments.sort((a, b) => b.at - a.at)
}

function once(id: string, time: string | null, title: string, tone: Tone): Moment[] {
  return time ? [{ id, at: Date.parse(time), title, detail: "", tone }] : []
}

function ofRun(run: Run): Moment {
  const { published, quarantined } = totals(run)
  const failed = run.streams.filter((stream) => stream.state === "failed" || stream.state === "held")
  const said = [
    run.error,
    run.end_time
      ? `${formatCount(published, "row")} of ${formatCount(run.streams.length, "stream")} published in ${formatDuration(tookMs(run))}.`
      : "",
    quarantined ? `${formatCount(quarantined, "row")} set aside.` : "",
    ...failed.map((stream) => `${stream.stream}: ${stream.error || stream.note || stream.state}`),
  ]
  return {
    id: run.id,
    at: Date.parse(run.create_time),
    title: `${modeOf(run)} ${formatWord(run.state).toLowerCase()}`,
    detail: said.filter(Boolean).join(" "),
    tone: toneOf(run.state),
    runId: run.id,
  }
}

/** Events that no run tells of: what DCL did with the rows, and changes of shape. */
function tells(event: FlowEvent): boolean {
  return event.stage === "materialized" || event.stage === "schema_drift_detected"
}

function ofFlow(event: FlowEvent): Moment {
  const drift = event.stage === "schema_drift_detected"
  const view = event.entity_id.replace(/^view:/, "")
  const stream = (event.metadata.source ?? event.entity_id).split("/").slice(1).join("/")
  return {
    id: event.event_id,
    at: Date.parse(event.time),
    title: drift ? "Schema has changed" : `In the view ${view}`,
    detail: drift ? `${stream} ${event.metadata.error ?? "is held."}` : `DCL merged ${stream}.`,
    tone: drift ? "warn" : "good",
  }
}

const WORDS: [RegExp, string][] = [
  [/\/pause$/, "Paused by a person"],
  [/\/resume$/, "Resumed by a person"],
  [/\/promote$/, "Promoted out of Safe Mode"],
  [/\/schedule$/, "Schedule changed"],
  [/\/limits$/, "Limits changed"],
  [/\/freshness$/, "Freshness changed"],
  [/\/reconnect$/, "Given new settings"],
  [/\/discover$/, "Discovered again"],
  [/\/check$/, "Checked"],
  [/\/sync$/, "Sync asked for"],
]

function ofChange(change: Change): Moment {
  const words = WORDS.find(([pattern]) => pattern.test(change.action))?.[1]
  return {
    id: `change ${change.seq}`,
    at: change.occurred_at_us / 1000,
    title: words ?? change.action,
    detail: `From the audit log, entry ${change.seq}.`,
    tone: "agent",
  }
}
