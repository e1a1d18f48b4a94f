import { useQuery } from "@tanstack/react-query"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { formatNumber, formatWord } from "@/lib/format"
import { type Connection, type Statistics, type Stream, statisticsQuery } from "../../queries"
import { lagWords, toneOf } from "../../words"

type Figures = Statistics["streams"][number]

/** What is read of the source: where each stream goes, and how it does. */
export function StreamsTab({ connection }: { connection: Connection }) {
  const statistics = useQuery(statisticsQuery(connection.id)).data
  const figures = new Map(statistics?.streams.map((stream) => [stream.stream, stream]))
  return (
    <Card>
      {connection.streams.length === 0 ? (
        <Empty title="No stream is known yet">
          AAM finds them when it looks at the source. Use Check to see whether the source answers, then Discover again.
        </Empty>
      ) : (
        <DataTable
          caption={`Streams of ${connection.name}`}
          columns={columns(figures)}
          rows={connection.streams}
          rowId={(stream) => stream.name}
        />
      )}
    </Card>
  )
}

function columns(figures: Map<string, Figures>): Column<Stream>[] {
  return [
    {
      id: "name",
      header: "Stream",
      value: (stream) => stream.name,
      cell: (stream) => (
        <details>
          <summary className="cursor-pointer font-bold">{stream.name}</summary>
          <p className="max-w-96 pt-1 text-xs text-muted">{stream.columns.join(", ")}</p>
          <p className="max-w-96 pt-1 font-mono text-xs break-all text-muted">{stream.fingerprint}</p>
        </details>
      ),
    },
    {
      id: "state",
      header: "State",
      value: (stream) => stream.state,
      cell: (stream) => <State stream={stream} alarm={figures.get(stream.name)?.alarm ?? ""} />,
    },
    {
      id: "entity",
      header: "Entity",
      value: (stream) => stream.entity,
      cell: (stream) =>
        stream.entity && (
          <Link to="/entities/$entity" params={{ entity: stream.entity }}>
            {stream.entity}
          </Link>
        ),
    },
    {
      id: "mapping",
      header: "Mapping",
      numeric: true,
      value: (stream) => stream.mapping_version,
      cell: (stream) => (stream.mapping_version ? `version ${stream.mapping_version}` : "none"),
    },
    ...measured(figures),
  ]
}

/** What the newest runs say of a stream. */
function measured(figures: Map<string, Figures>): Column<Stream>[] {
  const last = (stream: Stream) => figures.get(stream.name)?.last
  return [
    {
      id: "rows",
      header: "Rows, last run",
      numeric: true,
      value: (stream) => last(stream)?.rows_published,
      cell: (stream) => formatted(last(stream)?.rows_published),
    },
    {
      id: "rate",
      header: "Rows/s",
      numeric: true,
      value: (stream) => last(stream)?.rows_per_second,
      cell: (stream) => formatted(last(stream)?.rows_per_second, true),
    },
    {
      id: "success",
      header: "Last success",
      value: (stream) => figures.get(stream.name)?.last_success_time,
      cell: (stream) => <Time at={figures.get(stream.name)?.last_success_time} />,
    },
    {
      id: "lag",
      header: "Lag",
      numeric: true,
      value: (stream) => figures.get(stream.name)?.lag_seconds,
      cell: (stream) => {
        const lag = figures.get(stream.name)?.lag_seconds
        return lag === null || lag === undefined ? "" : lagWords(lag)
      },
    },
  ]
}

function formatted(value: number | null | undefined, whole = false): string {
  return value === null || value === undefined ? "" : formatNumber(whole ? Math.round(value) : value)
}

function State({ stream, alarm }: { stream: Stream; alarm: string }) {
  return (
    <>
      <Badge tone={toneOf(stream.state)}>{formatWord(stream.state)}</Badge>
      {stream.error && <p className="mt-1 max-w-72 text-xs text-bad">{stream.error}</p>}
      {alarm && <p className="mt-1 max-w-72 text-xs text-warn">{alarm}</p>}
      {stream.state === "needs_mapping" && (
        <Link to="/ontology/proposals" className="mt-1 block text-xs">
          Approve a mapping
        </Link>
      )}
    </>
  )
}
