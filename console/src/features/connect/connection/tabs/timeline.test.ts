import { expect, test } from "vitest"
import type { FlowEvent } from "@/features/flow/feed"
import type { Change, Run } from "../../queries"
import { timeline } from "./timeline"

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString()
const connection = { id: "c", create_time: at(0), pause_time: null, next_time: at(59) }
const run = {
  id: "r",
  state: "succeeded",
  error: "",
  create_time: at(10),
  end_time: at(11),
  full_refresh: true,
  replay: false,
  backfill_from: "",
  backfill_until: "",
  streams: [
    { stream: "a", state: "succeeded", rows_read: 9, rows_published: 8, rows_quarantined: 1, bytes: 0, error: "" },
    {
      stream: "b",
      state: "held",
      rows_read: 0,
      rows_published: 0,
      rows_quarantined: 0,
      bytes: 0,
      error: "Other columns.",
    },
  ],
} as unknown as Run
const merged = {
  event_id: "e",
  stage: "materialized",
  entity_id: "view:account",
  time: at(12),
  metadata: { source: "c/daily/a.csv" },
} as unknown as FlowEvent
const began = { ...merged, event_id: "f", stage: "connection_start" } as FlowEvent
const paused = {
  seq: 7,
  actor: "u",
  action: "POST /api/v1/aam/connections/{connection_id}/pause",
  occurred_at_us: Date.parse(at(20)) * 1000,
} as Change
const asked = { ...paused, seq: 8, action: "POST /api/v1/aam/connections/{connection_id}/sync" } as Change

test("moments of all kinds stand newest first, what is planned on top", () => {
  const moments = timeline({ connection, runs: [run], flow: [merged, began], changes: [paused, asked], me: "u" })
  expect(moments.map((moment) => moment.title)).toEqual([
    "Next sync is due",
    "Paused",
    "In the view account",
    "Full refresh succeeded",
    "Connection made",
  ])
  expect(moments[0]?.future).toBe(true)
  expect(moments[1]?.detail).toBe("By you; entry 7 of the audit log.")
  expect(moments[2]?.detail).toBe("DCL merged daily/a.csv.")
})

test("a run says what it did and which stream was held, and why", () => {
  const [moment] = timeline({
    connection: { ...connection, create_time: "", next_time: null },
    runs: [run],
    flow: [],
    changes: [],
  })
  expect(moment?.detail).toBe("8 rows of 2 streams published in 1 min 0 s. 1 row set aside. b: Other columns.")
  expect(moment?.runId).toBe("r")
})
