import { queryOptions, useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { formatCount, formatWord } from "@/lib/format"
import { type Condition, type Filter, whereText } from "@/lib/where"
import { countQuery, type Row, readPage, viewsQuery } from "../views/queries"
import { Value } from "../views/rows/value"
import { isNumber } from "../views/view/search"
import { columnsWorth, conditionWords } from "./rows-words"

const SHOWN = 10

type Props = {
  view: string
  filters: readonly Condition[]
  /** The lake's snapshot they were read from; 0 means as the view is now. */
  snapshot?: number
  /** How the figure is computed from them, so that the columns that count are shown. */
  formula?: string
}

const firstRows = (view: string, filters: Filter[], snapshot: number) =>
  queryOptions({
    queryKey: ["dcl", "rows-behind", view, filters, snapshot],
    queryFn: ({ signal }) => readPage(view, { columns: [], filters, order_by: [], snapshot }, "", SHOWN, signal),
  })

/** The rows that a figure rests on: which they are in words, the first of them, and where all are. */
export function RowsBehind({ view, filters, snapshot = 0, formula = "" }: Props) {
  const asked = useMemo(
    () => filters.map(({ column, op, values = [], json_key = "" }) => ({ column, op, values, json_key })),
    [filters],
  )
  const rows = useQuery(firstRows(view, asked, snapshot))
  const counted = useQuery(countQuery(view, asked, snapshot)).data?.rows[0]?.value
  const count = counted === undefined || counted === null ? null : Number(counted)
  const search = { where: whereText(asked), ...(snapshot ? { snapshot: String(snapshot) } : {}) }
  return (
    <div className="flex min-w-0 flex-col gap-2 text-sm">
      <p>
        {count === null ? "Rows" : formatCount(count, "row")} of <strong>{formatWord(view)}</strong>
        {asked.length > 0 && ` where ${asked.map(conditionWords).join(" and ")}`}
        {snapshot > 0 && `, as the data was at snapshot ${snapshot}`}.
      </p>
      <Async query={rows} lines={5}>
        {(page) =>
          page.rows.length ? <Table view={view} rows={page.rows} filters={asked} formula={formula} /> : <None />
        }
      </Async>
      <p>
        <Link to="/views/$view" params={{ view }} search={search}>
          {count !== null && count > SHOWN
            ? `See all ${formatCount(count, "row")} in the view`
            : "See them in the view"}
        </Link>
      </p>
    </div>
  )
}

function None() {
  return <Empty title="No row meets these conditions now">The data has changed since the figure was made.</Empty>
}

type TableProps = { view: string; rows: Row[]; filters: Filter[]; formula: string }

function Table({ view, rows, filters, formula }: TableProps) {
  const known = useQuery(viewsQuery).data?.find((one) => one.name === view)
  const columns = useMemo(() => {
    const types = new Map(known?.columns.map((one) => [one.name, one.type]))
    return columnsWorth(rows, filters, formula).map((name) => columnOf(name, types.get(name) ?? "string"))
  }, [rows, filters, formula, known])
  return (
    <DataTable
      caption={`First rows of ${view}`}
      columns={columns}
      rows={rows}
      rowId={(row) => String(row._entity_id)}
    />
  )
}

function columnOf(name: string, type: string): Column<Row> {
  const numeric = isNumber(type)
  return {
    id: name,
    header: name,
    numeric,
    value: (row) => {
      const value = row[name] ?? undefined
      return numeric && value !== undefined ? Number(value) : value
    },
    cell: (row) => <Value value={row[name]} type={type} />,
  }
}
