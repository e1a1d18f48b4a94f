import { useEffect, useState } from "react"
import { follow } from "@/api/events"
import type { Entry } from "../queries"
import { tailAfter } from "./entries"

const LIVE = "/api/v1/admin/audit/live"

/** Entries as they come, newest first, and when the platform was heard last (ms since the epoch). */
export function useTail(): { tail: readonly Entry[]; at: number | null; error: unknown } {
  const [tail, setTail] = useState<readonly Entry[]>([])
  const [at, setAt] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    const stop = new AbortController()
    follow(
      LIVE,
      ({ event, data }) => {
        if (event === "entry") setTail((before) => tailAfter(before, JSON.parse(data) as Entry))
      },
      (feed) => feed === "live" && setAt(Date.now()),
      stop.signal,
      { alive: () => setAt(Date.now()) },
    ).catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(failure)
    })
    return () => stop.abort()
  }, [])
  return { tail, at, error }
}
