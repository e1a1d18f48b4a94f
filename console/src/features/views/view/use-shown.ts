import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useMemo } from "react"
import { withSearch } from "@/lib/search"
import { type Filter, filtersOf, whereText } from "@/lib/where"
import { feeding } from "../../ontology/lineage/graph"
import { graphQuery, ontologyQuery } from "../../ontology/queries"
import { columnsUsed, dimensionsOf } from "../metrics/metric"
import { countQuery, metricsQuery, type ViewOut } from "../queries"
import { columnsShown, orderOf } from "./search"

const route = getRouteApi("/app/views/$view")

/** What the address says is shown of a view, with what the ontology and the metrics add where it says nothing. */
export function useShown(view: ViewOut) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const { attributes, dimensions, filled, used, ready } = useKnown(view.name)
  const change = useCallback(
    (part: Partial<typeof search>) => void navigate({ search: (now) => withSearch(now, part), resetScroll: false }),
    [navigate],
  )
  const columns = useMemo(
    () => columnsShown(search.columns ?? "", view.columns, filled, used),
    [search.columns, view.columns, filled, used],
  )
  const filters = useMemo(() => filtersOf(search.where ?? ""), [search.where])
  const setSort = useCallback((order: string) => change({ sort: order }), [change])
  const { sort = "", measure = "", row = "" } = search
  const snapshot = Number(search.snapshot) || 0
  return {
    ...{ ready, attributes, dimensions, columns, filters, sort, measure, row, snapshot, change, setSort },
    group: search.group ?? firstOf(dimensions),
    asked: { columns: columns.map((column) => column.name), filters, order_by: orderOf(sort), snapshot },
    setFilters: (all: Filter[]) => change({ where: whereText(all) }),
    /** Throws why the platform does not understand these conditions. */
    check: (all: Filter[]) => client.fetchQuery(countQuery(view.name, all, snapshot)),
  }
}

/** What the ontology, the metrics and the lineage know about a view; `ready` when each has answered. */
function useKnown(name: string) {
  const ontology = useQuery(ontologyQuery)
  const metrics = useQuery(metricsQuery)
  const graph = useQuery(graphQuery)
  const known = useMemo(() => {
    const fields = graph.data ? feeding(graph.data, name).flatMap((one) => one.edge.fields) : []
    return {
      attributes: ontology.data?.find((one) => one.name === name)?.attributes ?? [],
      dimensions: dimensionsOf(metrics.data ?? [], name),
      used: columnsUsed(metrics.data ?? [], name),
      filled: new Set(fields.map((field) => field.target)),
    }
  }, [ontology.data, metrics.data, graph.data, name])
  return { ...known, ready: !ontology.isPending && !metrics.isPending && !graph.isPending }
}

function firstOf(dimensions: { column: string; jsonKey: string }[]): string {
  const [one] = dimensions
  return one ? (one.jsonKey ? `${one.column}/${one.jsonKey}` : one.column) : ""
}
