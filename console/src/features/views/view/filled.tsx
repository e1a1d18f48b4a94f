import { useQuery } from "@tanstack/react-query"
import { Skeleton } from "@/components/async"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { FreshnessOf, useFigures } from "../../ontology/freshness"
import { feeding } from "../../ontology/lineage/graph"
import { graphQuery } from "../../ontology/queries"
import type { ViewOut } from "../queries"
import { Changed } from "../rows/changed"
import { ColumnPicker } from "../rows/column-picker"
import { ExportButton } from "../rows/export-button"
import { RowDrawer } from "../rows/row-drawer"
import { Rows } from "../rows/rows"
import { Breakdown } from "./breakdown"
import { Filters } from "./filters"
import { useShown } from "./use-shown"

/** A view that holds rows: conditions, figures, and the rows themselves. */
export function Filled({ view }: { view: ViewOut }) {
  const shown = useShown(view)
  if (!shown.ready) return <Skeleton lines={10} />
  return (
    <>
      <Summary view={view} />
      {shown.snapshot > 0 && <Then snapshot={shown.snapshot} onNow={() => shown.change({ snapshot: "" })} />}
      <Card title="Conditions">
        <Filters
          check={shown.check}
          columns={view.columns}
          first={shown.columns[0]?.name ?? ""}
          attributes={shown.attributes}
          filters={shown.filters}
          onChange={shown.setFilters}
        />
      </Card>
      <Breakdown
        view={view.name}
        columns={view.columns}
        attributes={shown.attributes}
        dimensions={shown.dimensions}
        filters={shown.filters}
        snapshot={shown.snapshot}
        group={shown.group}
        measure={shown.measure}
        onChange={shown.change}
      />
      <RowsCard view={view} shown={shown} />
      <RowDrawer
        view={view.name}
        columns={view.columns}
        id={shown.row}
        snapshot={shown.snapshot}
        onClose={() => shown.change({ row: "" })}
      />
    </>
  )
}

function RowsCard({ view, shown }: { view: ViewOut; shown: ReturnType<typeof useShown> }) {
  const { columns, asked, change } = shown
  const choose = (names: string[]) => change({ columns: names.join(",") })
  return (
    <Card
      title="Rows"
      actions={
        <div className="flex flex-wrap gap-2">
          <ColumnPicker columns={view.columns} shown={asked.columns} onChange={choose} />
          <ExportButton view={view.name} asked={asked} />
        </div>
      }
    >
      {shown.snapshot === 0 && <Changed view={view} />}
      <Rows
        view={view.name}
        columns={columns}
        asked={{ ...asked, columns: [...new Set([...asked.columns, "_entity_id"])] }}
        sort={shown.sort}
        onSort={shown.setSort}
        open={shown.row}
      />
    </Card>
  )
}

/** An answer or a finding may rest on the view as it was then. */
function Then({ snapshot, onNow }: { snapshot: number; onNow: () => void }) {
  return (
    <p className="rounded-xl bg-warn-soft p-3 text-sm text-warn">
      You see the view as it was at snapshot {snapshot}.{" "}
      <button type="button" className="font-bold underline" onClick={onNow}>
        See it as it is now
      </button>
    </p>
  )
}

function Summary({ view }: { view: ViewOut }) {
  const graph = useQuery(graphQuery).data
  const feeds = graph ? feeding(graph, view.name) : []
  const figuresOf = useFigures(feeds.map((one) => one.connection))
  return (
    // On a phone in two lines from the start: what comes later shall not push the page down.
    <p className="flex flex-col gap-x-4 gap-y-1 text-sm sm:flex-row sm:flex-wrap">
      <span>
        <strong>{formatCount(view.rows, "row")}</strong> from {formatCount(view.records, "record")} of{" "}
        {formatCount(feeds.length, "stream")}
      </span>
      <span className="min-h-6">
        <FreshnessOf figures={figuresOf(feeds)} />
      </span>
    </p>
  )
}
