import { useMemo } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { formatNumber } from "@/lib/format"
import { Confidence } from "../confidence"
import { type Graph, placeOf, readers } from "./graph"

type Flow = {
  id: string
  connection: string
  connectionId: string
  stream: string
  streamId: string
  rows: number | null
  fields: number
  confidence: number
  entity: string
  entityName: string
  unified: number | null
  agents: string[]
}

/** The graph as a table: a row for each stream, with all that it leads to. */
export function LineageTable({ graph }: { graph: Graph }) {
  const rows = useMemo(() => flowsOf(graph), [graph])
  return <DataTable caption="Streams and what they feed" columns={COLUMNS} rows={rows} rowId={(row) => row.id} />
}

const COLUMNS: Column<Flow>[] = [
  {
    id: "connection",
    header: "Connection",
    value: (row) => row.connection,
    cell: (row) => (
      <Link to="/connect/$connectionId" params={{ connectionId: row.connectionId }}>
        {row.connection}
      </Link>
    ),
  },
  {
    id: "stream",
    header: "Stream",
    value: (row) => row.stream,
    cell: (row) => (
      <Link to="/ontology" search={(now) => ({ ...now, node: row.streamId })}>
        {row.stream}
      </Link>
    ),
  },
  { id: "rows", header: "Rows", numeric: true, value: (row) => row.rows, cell: (row) => count(row.rows) },
  { id: "fields", header: "Mapped fields", numeric: true, value: (row) => row.fields },
  {
    id: "confidence",
    header: "Lowest confidence",
    numeric: true,
    value: (row) => row.confidence,
    cell: (row) => <Confidence value={row.confidence} />,
  },
  {
    id: "entity",
    header: "Entity",
    value: (row) => row.entityName,
    cell: (row) => (
      <Link to="/entities/$entity" params={{ entity: row.entity }}>
        {row.entityName}
      </Link>
    ),
  },
  {
    id: "unified",
    header: "Unified rows",
    numeric: true,
    value: (row) => row.unified,
    cell: (row) => count(row.unified),
  },
  {
    id: "agents",
    header: "Agents",
    value: (row) => row.agents.join(", "),
    cell: (row) => row.agents.join(", ") || "none",
  },
]

const count = (rows: number | null) => (rows === null ? "" : formatNumber(rows))

/** A row for each edge from a stream to an entity. */
export function flowsOf(graph: Graph): Flow[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  return graph.edges
    .filter((edge) => edge.kind === "dataflow")
    .map((edge) => {
      const [from, to] = [nodes.get(edge.source), nodes.get(edge.target)]
      const place = placeOf(edge.source)
      const entity = edge.target.slice("entity:".length)
      return {
        id: edge.id,
        connection: nodes.get(from?.parent ?? "")?.label ?? "",
        connectionId: place.connection,
        stream: place.stream,
        streamId: edge.source,
        rows: edge.rows,
        fields: edge.fields.length,
        confidence: Math.min(1, ...edge.fields.map((field) => field.confidence)),
        entity,
        entityName: to?.label ?? entity,
        unified: to?.rows ?? null,
        agents: readers(graph, entity),
      }
    })
}
