import { useEffect, useState } from "react"

/** Data younger than this is live. */
export const LIVE_MS = 30_000

/** Whether something happened less than 30 s ago; says so again when it stops being true. `at`: ms since the epoch. */
export function useLive(at: number | null): boolean {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const left = at === null ? 0 : at + LIVE_MS - Date.now()
    setNow(Date.now())
    if (left <= 0) return undefined
    const timer = setTimeout(() => setNow(Date.now()), left + 1)
    return () => clearTimeout(timer)
  }, [at])
  return at !== null && now - at < LIVE_MS
}
