import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { useDeferredValue, useMemo } from "react"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { formatCount, formatNumber } from "@/lib/format"
import { type Asked, type ColumnOut, countQuery, type Row, rowsQuery } from "../queries"
import { isNumber, orderAfter } from "../view/search"
import { Value } from "./value"

type Props = {
  view: string
  columns: ColumnOut[]
  asked: Asked
  sort: string
  onSort: (sort: string) => void
  open: string
}

/** The rows that meet the conditions, in pages; each opens with its whole content. */
export function Rows({ view, columns, asked, sort, onSort, open }: Props) {
  const pages = useInfiniteQuery(rowsQuery(view, asked))
  // Drawn in small steps: a page of rows at once would hold up typing and scrolling on a slow phone.
  const data = useDeferredValue(pages.data)
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data])
  const shown = useMemo(() => columnsOf(view, columns, sort, onSort), [view, columns, sort, onSort])
  if (pages.isError && rows.length === 0) return <Trouble error={pages.error} onRetry={() => void pages.refetch()} />
  if (!data) return <Skeleton lines={8} />
  if (rows.length === 0)
    return <Empty title="No row meets these conditions">Remove a condition to see more rows.</Empty>
  return (
    <div className="flex flex-col gap-3">
      <DataTable caption={`Rows of ${view}`} columns={shown} rows={rows} rowId={idOf} selected={open || undefined} />
      {pages.isFetchNextPageError && <Trouble error={pages.error} />}
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <Count view={view} asked={asked} loaded={rows.length} />
        {pages.hasNextPage && (
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
    </div>
  )
}

/** "50 of 724 rows": how many meet the conditions is asked apart from the pages. */
function Count({ view, asked, loaded }: { view: string; asked: Asked; loaded: number }) {
  const counted = useQuery(countQuery(view, asked.filters, asked.snapshot))
  const all = counted.data?.rows[0]?.value
  return (
    <p role="status">
      {all === undefined || all === null
        ? `${formatCount(loaded, "row")} shown`
        : `${formatNumber(loaded)} of ${formatCount(Number(all), "row")} shown`}
    </p>
  )
}

const idOf = (row: Row) => String(row._entity_id)

function columnsOf(view: string, columns: ColumnOut[], sort: string, onSort: (sort: string) => void): Column<Row>[] {
  return columns.map((column, at) => ({
    id: column.name,
    header: column.name,
    numeric: isNumber(column.type),
    sorted: sort === column.name ? "asc" : sort === `-${column.name}` ? "desc" : false,
    onSort: () => onSort(orderAfter(sort, column.name)),
    cell: (row) => {
      const content = row[column.name]
      const value = <Value value={content} type={column.type} />
      if (at > 0) return value
      return (
        <Link to="/views/$view" params={{ view }} search={(now) => ({ ...now, row: idOf(row) })} resetScroll={false}>
          {content === null || content === "" ? (
            "Open"
          ) : (
            <>
              <span className="sr-only">Open row </span>
              {value}
            </>
          )}
        </Link>
      )
    },
  }))
}
