import { expect, test } from "vitest"
import type { Run, Statistics, Steering, StreamRun } from "./queries"
import { bytesWords, freshness, lagWords, modeOf, scheduleWords, stateOf, through, totals } from "./words"

const stream = (more: Partial<StreamRun>) =>
  ({ state: "succeeded", rows_read: 0, rows_published: 0, rows_quarantined: 0, bytes: 0, ...more }) as StreamRun
const run = (more: Partial<Run>) =>
  ({ streams: [], full_refresh: false, replay: false, backfill_from: "", backfill_until: "", ...more }) as Run

test("a pause is said of a connection that would run, trouble before it", () => {
  expect(stateOf({ state: "ACTIVE", paused_by: "user:1" })[1]).toBe("Paused")
  expect(stateOf({ state: "FAILED", paused_by: "user:1" })[1]).toBe("Failed")
  expect(stateOf({ state: "SOMETHING_NEW", paused_by: "" })[1]).toBe("Something new")
})

test("a run's mode is told", () => {
  expect(modeOf(run({}))).toBe("Sync")
  expect(modeOf(run({ replay: true }))).toBe("Replay")
  expect(modeOf(run({ backfill_from: "1", backfill_until: "9" }))).toBe("Backfill 1 to 9")
})

test("a run's figures are the sum of its streams'", () => {
  const both = run({
    streams: [
      stream({ rows_read: 5, rows_published: 4, rows_quarantined: 1, bytes: 10 }),
      stream({ rows_read: 2, rows_published: 2, bytes: 5, state: "running" }),
    ],
  })
  expect(totals(both)).toEqual({ read: 7, published: 6, quarantined: 1, bytes: 15 })
  expect(through(both)).toEqual([1, 2])
})

test("schedules are said as people say them", () => {
  const every = (every_minutes: number) => scheduleWords({ every_minutes, cron: "", timezone: "UTC" } as Steering)
  expect([0, 15, 60, 120, 1440, 2880].map(every)).toEqual([
    "By hand",
    "Every 15 min",
    "Every hour",
    "Every 2 hours",
    "Every day",
    "Every 2 days",
  ])
  expect(scheduleWords({ every_minutes: 0, cron: "0 3 * * *", timezone: "UTC" } as Steering)).toBe("0 3 * * * (UTC)")
})

test("freshness is that of the worst stream", () => {
  const told = (...fresh: (boolean | null)[]) =>
    freshness({
      fresh_within_minutes: 60,
      streams: fresh.map((one) => ({ fresh: one, last_success_time: "2026-01-01T00:00:00Z" })),
    } as Statistics)
  expect(told(true, false).word).toBe("1 stream is late")
  expect(told(true, null).tone).toBe("good")
  expect(freshness({ fresh_within_minutes: null, streams: [] } as unknown as Statistics).word).toBe("Never synced")
})

test("lags and sizes are rounded to what matters", () => {
  expect([30, 600, 7200, 200_000].map(lagWords)).toEqual(["30 s", "10 min", "2 h", "2 days"])
  expect([0, 999, 1500, 77_282, 2_400_000].map(bytesWords)).toEqual(["0 B", "999 B", "1.5 kB", "77 kB", "2.4 MB"])
})
