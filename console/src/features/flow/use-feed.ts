import { useCallback, useEffect, useReducer, useState } from "react"
import { api, data } from "@/api/client"
import { type Feed, follow, type Happening } from "@/api/events"
import { changed, type FlowEvent, MOST, NOTHING } from "./feed"

const FEED = "/api/v1/events/stream"
/** Events that come close together are drawn together. */
const TOGETHER_MS = 100
/** How often the platform is asked how long ago it read the events itself. */
const ASK_MS = 10_000

/** Live flow events from now back to what is still kept; they go on by themselves after a lost connection. */
export function useFeed() {
  const [events, dispatch] = useReducer(changed, NOTHING)
  const [feed, setFeed] = useState<Feed>("connecting")
  const [error, setError] = useState<{ failure: unknown } | null>(null)
  const [alive, setAlive] = useState<number | null>(null)
  const [round, setRound] = useState(0)
  const stale = useStale()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round starts the feed again
  useEffect(() => {
    const stop = new AbortController()
    setError(null)
    run(dispatch, setFeed, () => setAlive(Date.now()), stop.signal).catch((failure: unknown) => {
      if (!stop.signal.aborted) setError({ failure })
    })
    return () => stop.abort()
  }, [round])
  return {
    events,
    feed,
    error: error?.failure ?? null,
    /** When the feed last told anything that was true then: ms since the epoch. */
    at: alive === null ? null : Math.min(alive, stale ?? alive),
    ready: alive !== null || error !== null,
    pause: useCallback(() => dispatch({ kind: "pause" }), []),
    resume: useCallback(() => dispatch({ kind: "resume" }), []),
    again: useCallback(() => setRound((before) => before + 1), []),
  }
}

type Dispatch = (change: Parameters<typeof changed>[1]) => void

/** Snapshot, then what follows it; a `reset` means that some events are gone, so a snapshot begins anew. */
async function run(dispatch: Dispatch, feed: (now: Feed) => void, alive: () => void, signal: AbortSignal) {
  let missed = false
  while (!signal.aborted) {
    const glance = await data(api.GET("/api/v1/flow-monitor", { params: { query: { limit: MOST } }, signal }))
    dispatch({ kind: "snapshot", events: glance.events, missed })
    alive()
    const gap = new AbortController()
    const came = together((events) => dispatch({ kind: "came", events }))
    const told = ({ event, data: text }: Happening) => {
      if (event === "reset") gap.abort()
      if (event === "flow") came(JSON.parse(text) as FlowEvent)
    }
    await follow(FEED, told, feed, AbortSignal.any([signal, gap.signal]), { from: glance.position, alive })
    missed = true
  }
}

/** Hand events on in lots, a moment after the first of each. */
function together(handOn: (events: FlowEvent[]) => void): (event: FlowEvent) => void {
  let waiting: FlowEvent[] = []
  return (event) => {
    if (waiting.push(event) > 1) return
    setTimeout(() => {
      handOn(waiting)
      waiting = []
    }, TOGETHER_MS)
  }
}

/** When the platform last read its own streams; heartbeats come also while it cannot. Null until known. */
function useStale(): number | null {
  const [at, setAt] = useState<number | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    const ask = async () => {
      const glance = await data(
        api.GET("/api/v1/flow-monitor", { params: { query: { limit: 1 } }, signal: stop.signal }),
      )
      setAt(Date.now() - glance.stale_seconds * 1000)
    }
    // A failure needs no word here: the feed itself says that the platform is away.
    const timer = setInterval(() => void ask().catch(() => undefined), ASK_MS)
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [])
  return at
}
