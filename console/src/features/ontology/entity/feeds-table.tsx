import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { formatNumber } from "@/lib/format"
import { FreshnessOf } from "../freshness"
import { decidedBy } from "../words"
import type { Feed } from "./origins"

/** The streams that feed an entity, each with its mapping's version and its freshness. */
export function FeedsTable({ feeds }: { feeds: Feed[] }) {
  return (
    <DataTable caption="Streams that feed this entity" columns={COLUMNS} rows={feeds} rowId={(one) => one.node.id} />
  )
}

const COLUMNS: Column<Feed>[] = [
  {
    id: "connection",
    header: "Connection",
    value: (one) => one.connectionName,
    cell: (one) => (
      <Link to="/connect/$connectionId" params={{ connectionId: one.connection }}>
        {one.connectionName}
      </Link>
    ),
  },
  {
    id: "stream",
    header: "Stream",
    value: (one) => one.stream,
    cell: (one) => (
      <Link to="/ontology" search={{ node: one.node.id }}>
        {one.stream}
      </Link>
    ),
  },
  {
    id: "records",
    header: "Records",
    numeric: true,
    value: (one) => one.edge.rows,
    cell: (one) => (one.edge.rows === null ? "" : formatNumber(one.edge.rows)),
  },
  { id: "fields", header: "Mapped fields", numeric: true, value: (one) => one.edge.fields.length },
  {
    id: "mapping",
    header: "Mapping",
    value: (one) => one.mapping?.version,
    cell: (one) =>
      one.mapping ? `version ${one.mapping.version}, approved by ${decidedBy(one.mapping.approved_by)}` : "…",
  },
  {
    id: "fresh",
    header: "Freshness",
    value: (one) => one.figures?.[0]?.last_success_time,
    cell: (one) => <FreshnessOf figures={one.figures} />,
  },
  {
    id: "newest",
    header: "Newest record",
    value: (one) => one.figures?.[0]?.newest_time,
    cell: (one) =>
      one.figures?.[0]?.newest_time ? (
        <Time at={one.figures[0].newest_time} />
      ) : (
        <span className="text-muted">no time column</span>
      ),
  },
]
