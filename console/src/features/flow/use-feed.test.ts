import { act, renderHook, waitFor } from "@testing-library/react"
import { beforeEach, expect, test, vi } from "vitest"
import type { Feed, Following, Happening } from "@/api/events"
import { useFeed } from "./use-feed"

type Followed = {
  told: (event: Happening) => void
  changed: (feed: Feed) => void
  signal: AbortSignal
  more: Following
}
const followed: Followed[] = []
const positions: string[] = []
let glances = 0
let stale = 0
let failure: Error | null = null

vi.mock("@/api/events", () => ({
  follow: (
    _path: string,
    told: Followed["told"],
    changed: Followed["changed"],
    signal: AbortSignal,
    more: Following,
  ) => {
    if (failure) return Promise.reject(failure)
    followed.push({ told, changed, signal, more })
    positions.push(more.from ?? "")
    changed("live")
    return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
  },
}))
vi.mock("@/api/client", () => ({
  api: {
    GET: async (_path: string, { params }: { params: { query: { limit: number } } }) => {
      if (params.query.limit === 1) return { data: { events: [], position: "", stale_seconds: stale, counts: {} } }
      glances += 1
      const event = { event_id: `snapshot ${glances}`, time: `2026-01-01T00:00:0${glances}Z` }
      return { data: { events: [event], position: `${glances}-0`, stale_seconds: 0, counts: {} } }
    },
  },
  data: async (answer: Promise<{ data: unknown }>) => (await answer).data,
}))

beforeEach(() => {
  followed.length = 0
  positions.length = 0
  glances = 0
  failure = null
})

const flow = (id: string): Happening => ({
  event: "flow",
  id,
  data: JSON.stringify({ event_id: id, time: "2026-01-01T00:00:09Z" }),
})

test("the feed goes on from the snapshot, and each event is shown once", async () => {
  const { result } = renderHook(() => useFeed())
  await waitFor(() => expect(followed).toHaveLength(1))
  act(() => followed[0]?.told(flow("a")))
  act(() => followed[0]?.told(flow("a")))
  await waitFor(() => expect(result.current.events.shown.map((event) => event.event_id)).toEqual(["a", "snapshot 1"]))
  expect(positions).toEqual(["1-0"])
  expect(result.current.feed).toBe("live")
})

test("a reset takes a new snapshot, keeps what was seen and says that some are gone", async () => {
  const { result } = renderHook(() => useFeed())
  await waitFor(() => expect(followed).toHaveLength(1))
  act(() => followed[0]?.told({ event: "reset", id: "", data: "{}" }))
  await waitFor(() => expect(followed).toHaveLength(2))
  expect(positions).toEqual(["1-0", "2-0"])
  expect(result.current.events.missed).toBe(true)
  expect(result.current.events.shown.map((event) => event.event_id)).toEqual(["snapshot 2", "snapshot 1"])
})

test("a heartbeat makes it live, and leaving the page ends the feed", async () => {
  const { result, unmount } = renderHook(() => useFeed())
  await waitFor(() => expect(followed).toHaveLength(1))
  const before = result.current.at ?? 0
  vi.spyOn(Date, "now").mockReturnValue(before + 5_000)
  act(() => followed[0]?.more.alive?.())
  expect(result.current.at).toBe(before + 5_000)
  vi.restoreAllMocks()
  unmount()
  expect(followed[0]?.signal.aborted).toBe(true)
})

test("heartbeats do not make live what the platform itself could not read", async () => {
  vi.useFakeTimers()
  stale = 60
  const { result } = renderHook(() => useFeed())
  await act(() => vi.advanceTimersByTimeAsync(10_500))
  act(() => followed[0]?.more.alive?.())
  expect(Date.now() - (result.current.at ?? 0)).toBeGreaterThanOrEqual(60_000)
  stale = 0
  await act(() => vi.advanceTimersByTimeAsync(10_000))
  act(() => followed[0]?.more.alive?.())
  expect(Date.now() - (result.current.at ?? 0)).toBeLessThan(10_000)
  vi.useRealTimers()
})

test("a refusal is shown and can be tried again", async () => {
  failure = new Error("You may not look.")
  const { result } = renderHook(() => useFeed())
  await waitFor(() => expect(result.current.error).toBe(failure))
  failure = null
  act(() => result.current.again())
  await waitFor(() => expect(followed).toHaveLength(1))
  expect(result.current.error).toBeNull()
})
