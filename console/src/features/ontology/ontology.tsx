import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useMemo } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Stat, Stats } from "@/components/stat"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { SelectField } from "@/components/ui/field"
import { formatCount, formatNumber } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { EntityList } from "./entity/entity-list"
import { type Graph, narrow } from "./lineage/graph"
import { LineageTable } from "./lineage/lineage-table"
import { BANDS, COLUMNS, KINDS } from "./lineage/looks"
import { NodeDrawer } from "./lineage/node-drawer"
import { Sankey } from "./lineage/sankey"
import { graphQuery, proposalsQuery } from "./queries"

const route = getRouteApi("/app/ontology")

/** How data flows from connections over streams into entities, and who reads them. */
export function Ontology() {
  const graph = useQuery(graphQuery)
  return (
    <Page
      title="Ontology"
      lead="Where your data comes from, what it means, and who uses it. Choose anything to see what stands behind it."
      actions={
        <>
          <LiveBadge at={graph.dataUpdatedAt || null} />
          <ToProposals />
        </>
      }
    >
      <Async query={graph} lines={10}>
        {(told) => (
          <>
            {told.nodes.length ? <Flow graph={told} /> : <Nothing />}
            <EntityList graph={told} />
          </>
        )}
      </Async>
    </Page>
  )
}

function ToProposals() {
  const waiting = useQuery(proposalsQuery("pending")).data?.proposals.length ?? 0
  if (waiting === 0) return <Link to="/ontology/proposals">Mapping proposals</Link>
  return <ButtonLink to="/ontology/proposals">Review {formatCount(waiting, "mapping proposal")}</ButtonLink>
}

function Nothing() {
  return (
    <Empty title="Nothing flows yet" action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}>
      Connect a source, sync it and approve how its columns are mapped: then its data appears here.
    </Empty>
  )
}

function Flow({ graph }: { graph: Graph }) {
  const { node = "", show = "", through = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const shown = useMemo(() => narrow(graph, through), [graph, through])
  const change = useCallback(
    (part: { node?: string; show?: string; through?: string }) =>
      void navigate({ search: (now) => withSearch(now, part), resetScroll: false }),
    [navigate],
  )
  const open = useCallback((id: string) => change({ node: id }), [change])
  return (
    <>
      <Figures graph={graph} />
      <Card
        title="Lineage"
        actions={
          <Button kind="quiet" onClick={() => change({ show: show === "table" ? "" : "table" })}>
            {show === "table" ? "Show as picture" : "Show as table"}
          </Button>
        }
      >
        <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
          <SelectField
            label="Show"
            className="w-full sm:w-80"
            value={through}
            onChange={(event) => change({ through: event.target.value })}
            options={[["", "Everything"], ...choices(graph)]}
          />
          {show !== "table" && <Legend />}
        </div>
        {show === "table" ? <LineageTable graph={shown} /> : <Sankey graph={shown} open={node} onOpen={open} />}
      </Card>
      <NodeDrawer graph={graph} id={node} onClose={() => change({ node: "" })} />
    </>
  )
}

function choices(graph: Graph): [string, string][] {
  return graph.nodes.map((node) => [node.id, `${KINDS[node.kind].one}: ${node.label}`])
}

function Figures({ graph }: { graph: Graph }) {
  const rows = graph.nodes.filter((node) => node.kind === "entity").reduce((sum, node) => sum + (node.rows ?? 0), 0)
  return (
    <Stats>
      {COLUMNS.map(({ kind, many }) => (
        <Stat key={kind} name={many} value={formatNumber(graph.nodes.filter((node) => node.kind === kind).length)} />
      ))}
      <Stat name="Unified rows" value={formatNumber(rows)} />
    </Stats>
  )
}

function Legend() {
  return (
    <div className="text-xs">
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {BANDS.map((band) => (
          <li key={band.kind} className="flex items-center gap-1.5">
            <span aria-hidden className={`h-2 w-5 rounded ${band.swatch}`} />
            {band.text}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-muted">
        A band is as wide as the square root of its rows. Arrow keys move along the bands and within a column.
      </p>
    </div>
  )
}
