import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useMemo } from "react"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import { Tabs } from "@/components/ui/tabs"
import { formatNumber } from "@/lib/format"
import { FreshnessOf, useFigures } from "../ontology/freshness"
import { type Feeding, feeding } from "../ontology/lineage/graph"
import { graphQuery, ontologyQuery, type StreamFigures } from "../ontology/queries"
import { Metrics } from "./metrics/metrics"
import { metricsQuery, type ViewOut, viewsQuery } from "./queries"

const route = getRouteApi("/app/views")

/** The unified views, and the metrics over them. */
export function Views() {
  const { tab = "views" } = route.useSearch()
  const navigate = route.useNavigate()
  const views = useQuery(viewsQuery)
  return (
    <Page
      title="Views"
      lead="One table for each business entity, unified from all your sources and kept up to date."
      actions={<LiveBadge at={views.dataUpdatedAt || null} />}
    >
      <Tabs
        label="Views and metrics"
        open={tab}
        onOpen={(name) => void navigate({ search: { tab: name }, replace: true })}
        tabs={[
          {
            name: "views",
            label: "Views",
            content: (
              <Async query={views} lines={8}>
                {(told) => <List views={told} />}
              </Async>
            ),
          },
          { name: "metrics", label: "Metrics", content: <Metrics /> },
        ]}
      />
    </Page>
  )
}

type Line = ViewOut & {
  title: string
  about: string
  feeds: Feeding[]
  figures: StreamFigures[] | null
  metrics: number
}

function List({ views }: { views: ViewOut[] }) {
  const lines = useLines(views)
  const [filled, empty] = [lines.filter((one) => one.rows > 0), lines.filter((one) => one.rows === 0)]
  return (
    <div className="flex flex-col gap-4">
      {filled.length ? (
        <Card title="Views with rows">
          <DataTable caption="Views with rows" columns={COLUMNS} rows={filled} rowId={(one) => one.name} />
        </Card>
      ) : (
        <Empty title="No view holds rows yet" action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}>
          Connect a source and sync it: its records are unified into these views.
        </Empty>
      )}
      {empty.length > 0 && (
        <Card title="Waiting for a source">
          <ul className="grid gap-3 sm:grid-cols-2">
            {empty.map((one) => (
              <li key={one.name} className="rounded-xl bg-raised p-3 text-sm">
                <Link to="/entities/$entity" params={{ entity: one.name }}>
                  {one.title}
                </Link>
                <p className="text-xs text-muted">{one.about}</p>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  )
}

/** Views with what else is known about them: words from the ontology, feeding streams and their freshness. */
function useLines(views: ViewOut[]): Line[] {
  const graph = useQuery(graphQuery).data
  const ontology = useQuery(ontologyQuery).data
  const metrics = useQuery(metricsQuery).data
  const connections = graph?.nodes
    .filter((node) => node.kind === "source")
    .map((node) => node.id.slice("source:".length))
  const figuresOf = useFigures(connections ?? [])
  return useMemo(
    () =>
      views.map((view) => {
        const entity = ontology?.find((one) => one.name === view.name)
        const feeds = graph ? feeding(graph, view.name) : []
        return {
          ...view,
          title: entity?.title ?? view.name,
          about: entity?.description ?? "",
          feeds,
          figures: graph ? figuresOf(feeds) : null,
          metrics: metrics?.filter((one) => one.view === view.name).length ?? 0,
        }
      }),
    [views, graph, ontology, metrics, figuresOf],
  )
}

const COLUMNS: Column<Line>[] = [
  {
    id: "name",
    header: "View",
    value: (one) => one.title,
    cell: (one) => (
      <span className="block min-w-48">
        <Link to="/views/$view" params={{ view: one.name }}>
          {one.title}
        </Link>
        <span className="block text-xs text-muted">{one.about}</span>
      </span>
    ),
  },
  { id: "rows", header: "Rows", numeric: true, value: (one) => one.rows, cell: (one) => formatNumber(one.rows) },
  {
    id: "records",
    header: "From records",
    numeric: true,
    value: (one) => one.records,
    cell: (one) => formatNumber(one.records),
  },
  {
    id: "feeds",
    header: "Streams",
    cell: (one) => (
      <ul>
        {one.feeds.map((feed) => (
          <li key={feed.node.id} className="py-0.5">
            <Link to="/ontology" search={{ node: feed.node.id }} className="font-medium whitespace-nowrap">
              {feed.connectionName} / {feed.stream}
            </Link>
          </li>
        ))}
      </ul>
    ),
  },
  { id: "fresh", header: "Freshness", cell: (one) => <FreshnessOf figures={one.figures} /> },
  { id: "metrics", header: "Metrics", numeric: true, value: (one) => one.metrics },
]
