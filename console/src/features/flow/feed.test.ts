import { expect, test } from "vitest"
import { changed, type FlowEvent, MOST, NOTHING, pick, trace } from "./feed"

const event = (id: string, second: number, more: Partial<FlowEvent> = {}): FlowEvent => ({
  event_id: id,
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  layer: "aam",
  stage: "event_ingested",
  status: "success",
  entity_id: "connection:1",
  duration_ms: null,
  metadata: {},
  trace_id: "t",
  ...more,
})
const ids = (events: readonly FlowEvent[] | null) => events?.map((one) => one.event_id)

test("events stand newest first and once each, however they came", () => {
  let events = changed(NOTHING, { kind: "snapshot", events: [event("b", 2), event("a", 1)], missed: false })
  events = changed(events, { kind: "came", events: [event("c", 3)] })
  events = changed(events, { kind: "came", events: [event("b", 2)] })
  expect(ids(events.shown)).toEqual(["c", "b", "a"])
})

test("while paused the list stands still, and resuming brings what came", () => {
  let events = changed(NOTHING, { kind: "came", events: [event("a", 1)] })
  events = changed(events, { kind: "pause" })
  events = changed(events, { kind: "came", events: [event("b", 2)] })
  events = changed(events, { kind: "came", events: [event("a", 1)] })
  expect(ids(events.shown)).toEqual(["a"])
  expect(ids(events.held)).toEqual(["b"])
  events = changed(events, { kind: "resume" })
  expect(ids(events.shown)).toEqual(["b", "a"])
  expect(events.held).toBeNull()
})

test("the list is bounded and keeps the newest", () => {
  const many = Array.from({ length: MOST + 20 }, (_, at) => event(String(at), at))
  const events = changed(NOTHING, { kind: "snapshot", events: many, missed: false })
  expect(events.shown).toHaveLength(MOST)
  expect(events.shown[0]?.event_id).toBe(String(MOST + 19))
})

test("a gap is remembered, and what was seen stays", () => {
  let events = changed(NOTHING, { kind: "came", events: [event("a", 1)] })
  events = changed(events, { kind: "snapshot", events: [event("z", 9)], missed: true })
  expect(events.missed).toBe(true)
  expect(ids(events.shown)).toEqual(["z", "a"])
})

test("a filter looks at layer, status and trace", () => {
  const all = [event("a", 1), event("b", 2, { layer: "dcl", status: "failure" }), event("c", 3, { trace_id: "u" })]
  expect(ids(pick(all, {}))).toEqual(["a", "b", "c"])
  expect(ids(pick(all, { layer: "aam", trace: "t" }))).toEqual(["a"])
  expect(ids(pick(all, { status: "failure" }))).toEqual(["b"])
  const slow = [...all, event("d", 4, { duration_ms: 1_500 })]
  expect(ids(pick(slow, { slow: "1000" }))).toEqual(["d"])
  expect(pick(slow, { slow: "soon" })).toHaveLength(4)
})

test("a trace is told in order, with the slowest step marked", () => {
  const all = [event("c", 9, { duration_ms: 4 }), event("b", 3, { duration_ms: 900 }), event("a", 1)]
  expect(trace(all, "t").map((span) => [span.event.event_id, span.startMs, span.slowest])).toEqual([
    ["a", 0, false],
    ["b", 2000, true],
    ["c", 8000, false],
  ])
  expect(trace([event("a", 1, { trace_id: "" })], "")).toEqual([])
})
