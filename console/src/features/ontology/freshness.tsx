import { useQueries, useQuery } from "@tanstack/react-query"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { figuresQuery, type Statistics, type StreamFigures } from "./queries"

/** When a stream last brought data, and whether that is fresh enough for its connection. */
export function Freshness({ connection, stream }: { connection: string; stream: string }) {
  const query = useQuery(figuresQuery(connection))
  if (query.isError) return <span className="text-muted">not known</span>
  if (!query.data) return <span className="text-muted">…</span>
  const figures = query.data.streams.find((one) => one.stream === stream)
  return <FreshnessOf figures={figures ? [figures] : []} />
}

/** The same for many streams: the oldest counts; null while the figures are on their way. */
export function FreshnessOf({ figures }: { figures: StreamFigures[] | null }) {
  if (figures === null) return <span className="text-muted">…</span>
  if (figures.length === 0) return <span className="text-muted">not synced yet</span>
  const late = figures.filter((one) => one.fresh === false)
  const oldest = figures.map((one) => one.last_success_time ?? "").sort()[0]
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <span className="whitespace-nowrap">
        synced <Time at={oldest} />
      </span>
      {late.length > 0 && <Badge tone="bad">Late</Badge>}
      {late.length === 0 && figures.every((one) => one.fresh === true) && <Badge tone="good">Fresh</Badge>}
    </span>
  )
}

type FiguresOf = (feeds: readonly { connection: string; stream: string }[]) => StreamFigures[] | null

/** Gives the figures of any streams of some connections; null while they are on their way. */
export function useFigures(connections: string[]): FiguresOf {
  const asked = [...new Set(connections)].sort()
  return useQueries({ queries: asked.map((connection) => figuresQuery(connection)), combine: byStream })
}

function byStream(answers: { data: Statistics | undefined; isPending: boolean }[]): FiguresOf {
  const found = answers.flatMap(({ data }) => {
    return (data?.streams ?? []).map((one) => [`${data?.connection_id}/${one.stream}`, one] as const)
  })
  const known = new Map(found)
  if (answers.some((one) => one.isPending)) return () => null
  return (feeds) => feeds.flatMap(({ connection, stream }) => known.get(`${connection}/${stream}`) ?? [])
}
