import type { Tone } from "@/components/ui/badge"
import { formatNumber, formatWord } from "@/lib/format"
import type { FlowEvent } from "./feed"

const STAGES: Record<string, string> = {
  connection_start: "Reading began",
  connection_success: "Sync finished",
  connection_failure: "Sync failed",
  schema_drift_detected: "Schema has changed",
  event_ingested: "Rows read and announced",
  mapping_proposed: "Mapping proposed",
  confidence_calculated: "Confidence calculated",
  approval_required: "Waits for approval",
  materialized: "Rows in the unified view",
  task_dispatched: "Run asked for",
  task_executing: "Step began",
  task_completed: "Step finished",
  task_failed: "Step failed",
}

/** A stage in words. */
export const stageWords = (stage: string) => STAGES[stage] ?? formatWord(stage)

export const STATUSES = ["success", "in_progress", "pending", "degraded", "failure"] as const

const TONES: Record<string, Tone> = {
  success: "good",
  in_progress: "info",
  pending: "agent",
  degraded: "warn",
  failure: "bad",
}
export const statusTone = (status: string): Tone => TONES[status] ?? "plain"

/** What an event is about, in a few words: a stream, a view and where its rows come from, a step, a connection. */
export function subject({ metadata, entity_id }: FlowEvent): string {
  const { stream, step, name, entity, source } = metadata
  const [kind = "", ...rest] = entity_id.split(":")
  const id = rest.join(":")
  const view = entity ?? (kind === "view" ? id : "")
  const from = stream ?? tail(source ?? "") ?? (kind === "stream" ? tail(id) : undefined)
  if (from && view) return `${from} → ${view}`
  return from ?? step ?? name ?? `${kind} ${id.length === 36 ? id.slice(0, 8) : id}`.trim()
}

/** The stream of "connection/stream"; a stream's own name may hold further slashes. */
function tail(path: string): string | undefined {
  const at = path.indexOf("/")
  return at < 0 ? undefined : path.slice(at + 1)
}

/** The connection that an event is about; empty when about none. */
export function connectionOf({ metadata, entity_id }: FlowEvent): string {
  const place = metadata.source ?? entity_id.replace(/^(connection|stream):/, "")
  const id = place.split("/")[0] ?? ""
  return /^(connection|stream):/.test(entity_id) || metadata.source ? id : ""
}

/** How many rows an event speaks of; empty when of none. */
export function rowsOf({ metadata }: FlowEvent): string {
  const rows = metadata.rows ?? metadata.rows_published
  if (!rows || !/^\d+$/.test(rows)) return ""
  return `${formatNumber(Number(rows))} ${rows === "1" ? "row" : "rows"}`
}
