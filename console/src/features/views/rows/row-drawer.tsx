import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Dialog } from "@/components/ui/dialog"
import { formatCount } from "@/lib/format"
import { type Feeding, feeding } from "../../ontology/lineage/graph"
import { graphQuery } from "../../ontology/queries"
import { type ColumnOut, type Row, rowQuery } from "../queries"
import { Value } from "./value"

type Props = { view: string; columns: ColumnOut[]; id: string; snapshot: number; onClose: () => void }

/** One row with every field, and the columns of the sources that make each. */
export function RowDrawer({ view, columns, id, snapshot, onClose }: Props) {
  const row = useQuery(rowQuery(view, id, snapshot))
  const graph = useQuery(graphQuery)
  const feeds = graph.data ? feeding(graph.data, view) : []
  return (
    <Dialog open={id !== ""} onClose={onClose} shape="drawer" title={`Row of ${view}`} description={id}>
      <Async query={row} lines={10}>
        {(told) =>
          told ? (
            <Fields row={told} columns={columns} feeds={feeds} />
          ) : (
            <p className="text-sm">There is no such row any more. It may have been deleted, or unified with another.</p>
          )
        }
      </Async>
    </Dialog>
  )
}

type Line = { column: ColumnOut; value: Row[string] | undefined; feeds: Feeding[] }

function Fields({ row, columns, feeds }: { row: Row; columns: ColumnOut[]; feeds: Feeding[] }) {
  const lines = columns
    .filter((column) => !column.name.startsWith("_"))
    .map((column) => ({
      column,
      value: row[column.name],
      feeds: feeds.filter((one) => sourcesOf(one, column.name).length > 0),
    }))
  const [filled, empty] = [lines.filter((one) => isFilled(one.value)), lines.filter((one) => !isFilled(one.value))]
  const records = Number(row._records ?? 0)
  return (
    <>
      <p className="text-sm">
        Unified from <strong>{formatCount(records, "source record")}</strong>.{" "}
        {feeds.length > 1 && "Beside each value stand the columns that can have made it."}
      </p>
      <DataTable caption="Fields of this row" columns={COLUMNS} rows={filled} rowId={(one) => one.column.name} />
      {isFilled(row._extras) && (
        <section>
          <h3 className="mb-1 text-sm">Extras, kept as the source has them</h3>
          <Extras text={String(row._extras)} />
        </section>
      )}
      {empty.length > 0 && (
        <p className="text-sm text-muted">Empty: {empty.map((one) => one.column.name).join(", ")}</p>
      )}
    </>
  )
}

const COLUMNS: Column<Line>[] = [
  {
    id: "name",
    header: "Field",
    cell: ({ column }) => (
      <>
        <strong className="break-words">{column.name}</strong>
        <span className="block text-xs text-muted">{column.description}</span>
      </>
    ),
  },
  {
    id: "value",
    header: "Value, and where it comes from",
    cell: ({ column, value, feeds }) => (
      <>
        <Value value={value} type={column.type} />
        <ul className="text-xs text-muted">
          {feeds.map((one) => (
            <li key={one.node.id} className="py-1">
              <Link to="/ontology" search={{ node: one.node.id }} className="font-medium">
                {one.connectionName} / {one.stream}
              </Link>{" "}
              {sourcesOf(one, column.name).join(", ")}
            </li>
          ))}
        </ul>
      </>
    ),
  },
]

function Extras({ text }: { text: string }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {Object.entries(extrasOf(text)).map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="font-bold">{name}</dt>
          <dd className="break-words">{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Extras come as the text of a JSON object; anything else is shown as it is. */
export function extrasOf(text: string): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(text)
    return typeof told === "object" && told !== null ? (told as Record<string, unknown>) : { value: told }
  } catch {
    return { value: text }
  }
}

/** The columns of a stream that make an attribute. */
const sourcesOf = (feed: Feeding, name: string) =>
  feed.edge.fields.filter((field) => field.target === name).map((field) => field.source)
const isFilled = (value: Row[string] | undefined) => value !== null && value !== undefined && value !== ""
