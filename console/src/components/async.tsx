import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { Trouble } from "./trouble"

type Props<T> = { query: UseQueryResult<T>; children: (data: T) => ReactNode; lines?: number }

/** What a query has brought; grey lines while it is on its way, and what is wrong when it failed. */
export function Async<T>({ query, children, lines = 3 }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />
  return <Skeleton lines={lines} />
}

/** Grey lines in the place of what is coming. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never change places
        <div key={line} className="h-5 animate-pulse rounded bg-raised" />
      ))}
    </div>
  )
}
