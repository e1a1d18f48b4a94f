import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { SelectField } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { formatCount, formatNumber } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { sync } from "../../deeds"
import { aamKey, type Connection, type Quarantined, quarantineQuery } from "../../queries"
import { RecordView } from "./record"

const route = getRouteApi("/app/connect/$connectionId")

/** Rows that did not fit, each with where it is and why, and how to read them again. */
export function QuarantineTab({ connection, stream }: { connection: Connection; stream: string }) {
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(quarantineQuery(connection.id, stream))
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? []
  const total = query.data?.pages[0]?.total ?? 0
  return (
    <Card title={query.isSuccess ? `${formatCount(total, "row")} in quarantine` : "Quarantine"}>
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-end justify-between gap-3">
          <SelectField
            label="Stream"
            value={stream}
            onChange={(event) =>
              void navigate({ search: (before) => withSearch(before, { stream: event.target.value }), replace: true })
            }
            options={[["", "All streams"], ...connection.streams.map(({ name }) => [name, name] as const)]}
            className="w-64"
          />
          {total > 0 && <Replay connection={connection} stream={stream} />}
        </div>
        {query.isError && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton lines={4} />}
        {query.isSuccess && rows.length === 0 && (
          <Empty title="Nothing is in quarantine">
            Rows whose values do not fit their attribute's type are set aside here instead of being guessed at.
          </Empty>
        )}
        {rows.length > 0 && (
          <DataTable caption="Rows in quarantine" columns={COLUMNS} rows={rows} rowId={(row) => row.id} />
        )}
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {`Show more (${formatNumber(total - rows.length)} left)`}
          </Button>
        )}
      </div>
    </Card>
  )
}

function Replay({ connection, stream }: { connection: Connection; stream: string }) {
  const navigate = route.useNavigate()
  const replay = useDeed(() => sync(connection.id, { replay: true, streams: stream ? [stream] : [] }), {
    done: () => "The replay has begun.",
    refetch: [[...aamKey]],
    onDone: () => void navigate({ search: { tab: "runs" }, replace: true }),
  })
  return (
    <div className="flex max-w-xl flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 text-xs text-muted">
          Corrected the mapping? Replay reads the landed files again. Corrected the source? Sync instead.
        </p>
        <Button onClick={() => replay.mutate()} busy={replay.isPending}>
          Replay
        </Button>
      </div>
      {replay.isError && <Trouble error={replay.error} />}
    </div>
  )
}

const COLUMNS: Column<Quarantined>[] = [
  { id: "stream", header: "Stream", value: (row) => row.stream },
  {
    id: "file",
    header: "File",
    value: (row) => row.file,
    cell: (row) => <span className="block max-w-60 min-w-32 break-words">{row.file || "none"}</span>,
  },
  { id: "row", header: "Row", numeric: true, value: (row) => row.row, cell: (row) => formatNumber(row.row) },
  { id: "column", header: "Column", value: (row) => row.column },
  {
    id: "value",
    header: "Value",
    value: (row) => row.value,
    cell: (row) => (
      <code className="inline-block max-w-60 rounded bg-bad-soft px-1 break-words text-bad">
        {row.value || "empty"}
      </code>
    ),
  },
  { id: "reason", header: "Reason", value: (row) => row.reason },
  { id: "record", header: "Record", cell: (row) => <RecordView record={row.record} marked={row.column} /> },
]
