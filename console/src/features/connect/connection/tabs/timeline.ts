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
  /** Who looks. */
  me?: string | undefined
}

/** All moments, newest first; what is planned stands on top. */
export function timeline({ connection, runs, flow, changes, me }: Known): Moment[] {
  const moments = [
    ...runs.map(ofRun),
    ...flow.filter(tells).map(ofFlow),
    ...changes.filter(changed).map((change) => ofChange(change, me)),
    ...once("created", connection.create_time, "Connection made", "info"),
    ...(changes.some(({ action }) => action.endsWith("/pause"))
      ? []
      : once("paused", connection.pause_time, "Paused", "warn")),
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
  [/\/pause$/, "Paused"],
  [/\/resume$/, "Resumed"],
  [/\/promote$/, "Promoted out of Safe Mode"],
  [/\/schedule$/, "Schedule changed"],
  [/\/limits$/, "Limits changed"],
  [/\/freshness$/, "Freshness changed"],
  [/\/reconnect$/, "Given new settings"],
  [/\/discover$/, "Discovered again"],
]

/** A sync is told by its run, and a check changes nothing. */
function changed({ action }: Change): boolean {
  return !/\/(sync|check)$/.test(action)
}

function ofChange(change: Change, me: string | undefined): Moment {
  const words = WORDS.find(([pattern]) => pattern.test(change.action))?.[1]
  return {
    id: `change ${change.seq}`,
    at: change.occurred_at_us / 1000,
    title: words ?? change.action,
    detail: `By ${change.actor === me ? "you" : "somebody else"}; entry ${change.seq} of the audit log.`,
    tone: "agent",
  }
}
