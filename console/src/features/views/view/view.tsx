import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useMemo } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { filtersOf, whereText } from "@/lib/where"
import { FreshnessOf, useFigures } from "../../ontology/freshness"
import { feeding } from "../../ontology/lineage/graph"
import { graphQuery, ontologyQuery } from "../../ontology/queries"
import { columnsUsed, dimensionsOf } from "../metrics/metric"
import { countQuery, metricsQuery, type ViewOut, viewsQuery } from "../queries"
import { Breakdown } from "./breakdown"
import { Changed } from "./changed"
import { ColumnPicker } from "./column-picker"
import { ExportButton } from "./export-button"
import { Filters } from "./filters"
import { RowDrawer } from "./row-drawer"
import { Rows } from "./rows"
import { columnsShown, orderOf } from "./search"

const route = getRouteApi("/app/views/$view")

/** The rows of one view: conditions, figures, every row with its sources. */
export function View() {
  const { view: name } = route.useParams()
  const views = useQuery(viewsQuery)
  const entity = useQuery(ontologyQuery).data?.find((one) => one.name === name)
  const view = views.data?.find((one) => one.name === name)
  return (
    <Page
      title={entity?.title ?? name}
      lead={entity?.description}
      actions={
        <>
          <LiveBadge at={views.dataUpdatedAt || null} />
          <Link to="/views">All views</Link>
          <Link to="/entities/$entity" params={{ entity: name }}>
            Where it comes from
          </Link>
        </>
      }
    >
      <Async query={views} lines={10}>
        {() => (view ? <Known view={view} /> : <Unknown name={name} />)}
      </Async>
    </Page>
  )
}

function Unknown({ name }: { name: string }) {
  return (
    <Empty title={`There is no view ${name}`} action={<ButtonLink to="/views">See all views</ButtonLink>}>
      Views have the names of the ontology's entities.
    </Empty>
  )
}

function Known({ view }: { view: ViewOut }) {
  if (view.rows === 0)
    return (
      <Empty title="This view holds no rows yet" action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}>
        Connect a source that knows such records and sync it.
      </Empty>
    )
  return <Filled view={view} />
}

function Filled({ view }: { view: ViewOut }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const change = useCallback(
    (part: Partial<typeof search>) => void navigate({ search: (now) => withSearch(now, part), resetScroll: false }),
    [navigate],
  )
  const { attributes, dimensions, filled, used } = useKnown(view.name)
  const shown = useMemo(
    () => columnsShown(search.columns ?? "", view.columns, filled, used),
    [search.columns, view.columns, filled, used],
  )
  const filters = useMemo(() => filtersOf(search.where ?? ""), [search.where])
  const sort = search.sort ?? ""
  const snapshot = Number(search.snapshot) || 0
  const names = shown.map((column) => column.name)
  const asked = { columns: names, filters, order_by: orderOf(sort), snapshot }
  const group = search.group ?? first(dimensions)
  const onSort = useCallback((order: string) => change({ sort: order }), [change])
  return (
    <>
      <Summary view={view} />
      {snapshot > 0 && (
        <p className="rounded-xl bg-warn-soft p-3 text-sm text-warn">
          You see the view as it was at snapshot {snapshot}.{" "}
          <button type="button" className="font-bold underline" onClick={() => change({ snapshot: "" })}>
            See it as it is now
          </button>
        </p>
      )}
      <Card title="Conditions">
        <Filters
          check={(wanted) => client.fetchQuery(countQuery(view.name, wanted, snapshot))}
          columns={view.columns}
          attributes={attributes}
          filters={filters}
          onChange={(changed) => change({ where: whereText(changed) })}
        />
      </Card>
      <Breakdown
        {...{ attributes, dimensions, filters, snapshot, group }}
        view={view.name}
        columns={view.columns}
        measure={search.measure ?? ""}
        onChange={change}
      />
      <Card
        title="Rows"
        actions={
          <div className="flex flex-wrap gap-2">
            <ColumnPicker columns={view.columns} shown={names} onChange={(all) => change({ columns: all.join(",") })} />
            <ExportButton view={view.name} asked={asked} />
          </div>
        }
      >
        {snapshot === 0 && <Changed view={view} />}
        <Rows
          view={view.name}
          columns={shown}
          asked={{ ...asked, columns: [...new Set([...names, "_entity_id"])] }}
          sort={sort}
          onSort={onSort}
          open={search.row ?? ""}
        />
      </Card>
      <RowDrawer
        view={view.name}
        columns={view.columns}
        id={search.row ?? ""}
        snapshot={snapshot}
        onClose={() => change({ row: "" })}
      />
    </>
  )
}

/** What the ontology, the metrics and the lineage know about a view. */
function useKnown(name: string) {
  const entity = useQuery(ontologyQuery).data?.find((one) => one.name === name)
  const metrics = useQuery(metricsQuery).data
  const graph = useQuery(graphQuery).data
  return useMemo(() => {
    const fields = graph ? feeding(graph, name).flatMap((one) => one.edge.fields) : []
    return {
      attributes: entity?.attributes ?? [],
      dimensions: dimensionsOf(metrics ?? [], name),
      used: columnsUsed(metrics ?? [], name),
      filled: new Set(fields.map((field) => field.target)),
    }
  }, [entity, metrics, graph, name])
}

function first(dimensions: { column: string; jsonKey: string }[]): string {
  const [one] = dimensions
  return one ? (one.jsonKey ? `${one.column}/${one.jsonKey}` : one.column) : ""
}

function Summary({ view }: { view: ViewOut }) {
  const graph = useQuery(graphQuery).data
  const feeds = graph ? feeding(graph, view.name) : []
  const figures = useFigures(feeds.map((one) => one.connection))
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      <span>
        <strong>{formatCount(view.rows, "row")}</strong> from {formatCount(view.records, "record")} of{" "}
        {formatCount(feeds.length, "stream")}
      </span>
      <FreshnessOf figures={feeds.flatMap((one) => figures.get(`${one.connection}/${one.stream}`) ?? [])} />
    </p>
  )
}
