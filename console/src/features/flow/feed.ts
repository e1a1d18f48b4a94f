/** What the flow monitor holds: the newest events, once each, and those that wait while it is paused. */
import type { Schemas } from "@/api/client"

export type FlowEvent = Schemas["aoa"]["FlowEventOut"]

/** So many events are kept on the screen; the platform keeps more. */
export const MOST = 500

export type Events = {
  /** Newest first. */
  shown: readonly FlowEvent[]
  /** What came while paused, newest first; null when not paused. */
  held: readonly FlowEvent[] | null
  /** Events that the platform no longer had when this viewer asked for them. */
  missed: boolean
}

export type Change =
  | { kind: "snapshot"; events: readonly FlowEvent[]; missed: boolean }
  | { kind: "came"; events: readonly FlowEvent[] }
  | { kind: "pause" }
  | { kind: "resume" }

export const NOTHING: Events = { shown: [], held: null, missed: false }

export function changed(events: Events, change: Change): Events {
  switch (change.kind) {
    case "snapshot":
      // A snapshot after a gap is put before what is there: nothing that was seen goes away.
      return { ...add(events, change.events), missed: events.missed || change.missed }
    case "came":
      return add(events, change.events)
    case "pause":
      return { ...events, held: events.held ?? [] }
    case "resume":
      return { ...events, shown: merge(events.held ?? [], events.shown), held: null }
  }
}

function add(events: Events, fresh: readonly FlowEvent[]): Events {
  if (events.held === null) return { ...events, shown: merge(fresh, events.shown) }
  const known = new Set(events.shown.map((event) => event.event_id))
  return {
    ...events,
    held: merge(
      fresh.filter((event) => !known.has(event.event_id)),
      events.held,
    ),
  }
}

function merge(fresh: readonly FlowEvent[], before: readonly FlowEvent[]): FlowEvent[] {
  const all = new Map([...fresh, ...before].map((event) => [event.event_id, event]))
  return [...all.values()].sort((a, b) => b.time.localeCompare(a.time)).slice(0, MOST)
}

/** Layers in the order of a record's journey. */
export const LAYERS = [
  ["aam", "AAM", "Sources are read"],
  ["dcl", "DCL", "Records are mapped and unified"],
  ["agent", "Agents", "Runs and agents work with them"],
] as const

/** `slow`: only what took at least so many milliseconds, as the address has it. */
export type Filter = { layer?: string; status?: string; trace?: string; slow?: string }

/** The events that a filter lets through; an empty filter lets all through. */
export function pick(events: readonly FlowEvent[], { layer, status, trace, slow }: Filter): FlowEvent[] {
  const least = Number(slow) || 0
  return events.filter(
    (event) =>
      (!layer || event.layer === layer) &&
      (!status || event.status === status) &&
      (!trace || event.trace_id === trace) &&
      (event.duration_ms ?? 0) >= least,
  )
}

/** One step of a trace on its own time axis. */
export type Span = { event: FlowEvent; startMs: number; slowest: boolean }

/** The events of one trace, oldest first, with the time since the first; the one that took longest is marked. */
export function trace(events: readonly FlowEvent[], id: string): Span[] {
  const own = events.filter((event) => id && event.trace_id === id).sort((a, b) => a.time.localeCompare(b.time))
  const longest = Math.max(0, ...own.map((event) => event.duration_ms ?? 0))
  const first = own[0] ? Date.parse(own[0].time) : 0
  return own.map((event) => ({
    event,
    startMs: Date.parse(event.time) - first,
    slowest: longest > 0 && event.duration_ms === longest,
  }))
}
