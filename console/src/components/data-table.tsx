import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from "@tanstack/react-table"
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react"
import { type ReactNode, useMemo } from "react"
import { cn } from "@/lib/cn"

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
})

/**
 * `value` is what the column sorts by (none: it cannot be sorted); `cell` what it shows, else the value. With `onSort`
 * the rows are sorted elsewhere, by the platform, and `sorted` says how.
 */
export type Column<Row extends RowData> = {
  id: string
  header: ReactNode
  value?: (row: Row) => string | number | boolean | null | undefined
  cell?: (row: Row) => ReactNode
  numeric?: boolean
  sorted?: "asc" | "desc" | false
  onSort?: () => void
}

type Props<Row extends RowData> = {
  /** What the table shows, for those who do not see it. */
  caption: string
  columns: Column<Row>[]
  rows: Row[]
  rowId: (row: Row) => string
  /** A row that is open elsewhere on the page. */
  selected?: string | undefined
}

/** A table that sorts by its headings and scrolls within itself on a narrow screen. Put links or buttons into cells. */
export function DataTable<Row extends RowData>({ caption, columns, rows, rowId, selected }: Props<Row>) {
  const definitions = useMemo(() => columns.map(definition), [columns])
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowId })
  return (
    // `relative` keeps what is hidden for screen readers, and so placed apart from its cell, inside the scrolling part.
    // A part that scrolls must be reachable by keyboard; a group, for a section would be a landmark beside its card's.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a tab stop the keyboard could not scroll a wide table
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div role="group" aria-label={caption} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header, at) => (
                <Heading
                  key={header.id}
                  column={columns[at]}
                  sorted={columns[at]?.onSort ? (columns[at]?.sorted ?? false) : header.column.getIsSorted()}
                  onSort={
                    columns[at]?.onSort ??
                    (header.column.getCanSort() ? header.column.getToggleSortingHandler() : undefined)
                  }
                />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr
              key={row.id}
              aria-current={row.id === selected || undefined}
              className={cn("hover:bg-raised", row.id === selected && "bg-raised")}
            >
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={cn(
                    "border-b px-2 py-2 align-top",
                    column.numeric && "text-right whitespace-nowrap tabular-nums",
                  )}
                >
                  {column.cell ? column.cell(row.original) : String(column.value?.(row.original) ?? "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type HeadingProps<Row extends RowData> = {
  column: Column<Row> | undefined
  sorted: false | "asc" | "desc"
  onSort: ((event: unknown) => void) | undefined
}

function Heading<Row extends RowData>({ column, sorted, onSort }: HeadingProps<Row>) {
  return (
    <th
      scope="col"
      aria-sort={ARIA_SORT[String(sorted)]}
      className={cn(
        "border-b px-2 py-2 text-left align-bottom text-xs whitespace-nowrap text-muted",
        column?.numeric && "text-right",
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className="inline-flex min-h-6 items-center gap-1 font-bold hover:text-text"
        >
          {column?.header}
          <Arrow direction={sorted} />
        </button>
      ) : (
        column?.header
      )}
    </th>
  )
}

const ARIA_SORT: Record<string, "ascending" | "descending" | undefined> = { asc: "ascending", desc: "descending" }

function definition<Row extends RowData>(column: Column<Row>): ColumnDef<typeof features, Row, unknown> {
  return column.value
    ? {
        id: column.id,
        accessorFn: column.value,
        sortFn: column.numeric ? "basic" : "alphanumeric",
        sortUndefined: "last",
      }
    : { id: column.id, enableSorting: false }
}

function Arrow({ direction }: { direction: false | "asc" | "desc" }) {
  if (direction === "asc") return <ArrowUp aria-hidden className="size-3.5" />
  if (direction === "desc") return <ArrowDown aria-hidden className="size-3.5" />
  return <ArrowUpDown aria-hidden className="size-3.5 opacity-50" />
}
