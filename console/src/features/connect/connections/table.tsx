import { useQuery } from "@tanstack/react-query"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { formatNumber, formatWord } from "@/lib/format"
import { type Connection, type Run, runOpen, statisticsQuery } from "../queries"
import { StateBadge } from "../state-badge"
import { freshness, toneOf, totals } from "../words"

type Props = {
  connections: Connection[]
  last: Map<string, Run> /** Whether there are older runs than those. */
  more: boolean
}

/** Connections with what their last run did. */
export function ConnectionTable({ connections, last, more }: Props) {
  return (
    <DataTable
      caption="Connections with their last sync"
      columns={columns(last, more)}
      rows={connections}
      rowId={(connection) => connection.id}
    />
  )
}

function columns(last: Map<string, Run>, more: boolean): Column<Connection>[] {
  return [
    {
      id: "name",
      header: "Name",
      value: (connection) => connection.name,
      cell: (connection) => (
        <>
          <Link to="/connect/$connectionId" params={{ connectionId: connection.id }}>
            {connection.name}
          </Link>
          <span className="block max-w-64 truncate text-xs text-muted" title={connection.location}>
            {connection.location}
          </span>
        </>
      ),
    },
    {
      id: "state",
      header: "State",
      value: (connection) => connection.state,
      cell: (connection) => (
        <>
          <StateBadge connection={connection} />
          {connection.error && <p className="mt-1 max-w-72 text-xs text-bad">{connection.error}</p>}
          {connection.warnings.map((warning) => (
            <p key={warning} className="mt-1 max-w-72 text-xs text-warn">
              {warning}
            </p>
          ))}
        </>
      ),
    },
    { id: "connector", header: "Connector", value: (connection) => connection.connector },
    {
      id: "last",
      header: "Last sync",
      value: (connection) => last.get(connection.id)?.create_time,
      cell: (connection) => <Last run={last.get(connection.id)} more={more} />,
    },
    {
      id: "rows",
      header: "Rows published",
      numeric: true,
      value: (connection) => published(last.get(connection.id)),
      cell: (connection) => {
        const rows = published(last.get(connection.id))
        return rows === undefined ? "" : formatNumber(rows)
      },
    },
    { id: "fresh", header: "Freshness", cell: (connection) => <Freshness id={connection.id} /> },
    {
      id: "due",
      header: "Next due",
      value: (connection) => connection.next_time,
      cell: (connection) =>
        connection.next_time ? <Time at={connection.next_time} /> : <span className="text-muted">By hand</span>,
    },
  ]
}

const published = (run: Run | undefined) => (run ? totals(run).published : undefined)

function Last({ run, more }: { run: Run | undefined; more: boolean }) {
  if (!run) return <span className="text-muted">{more ? "Not lately" : "Never"}</span>
  return (
    <span className="flex flex-col items-start gap-1 whitespace-nowrap">
      <Time at={run.end_time ?? run.create_time} />
      {(runOpen(run) || run.state !== "succeeded") && <Badge tone={toneOf(run.state)}>{formatWord(run.state)}</Badge>}
    </span>
  )
}

function Freshness({ id }: { id: string }) {
  const query = useQuery(statisticsQuery(id))
  if (!query.data) return <span className="text-muted">{query.isError ? "not known" : "…"}</span>
  const { tone, word } = freshness(query.data)
  return <Badge tone={tone}>{word}</Badge>
}
