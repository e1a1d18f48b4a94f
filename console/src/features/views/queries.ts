import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { type Metric, readMetrics } from "./metrics/metric"

export type ViewOut = Schemas["dcl"]["ViewOut"]
export type ColumnOut = Schemas["dcl"]["ColumnOut"]
export type Row = Schemas["dcl"]["RowPage"]["rows"][number]
type QueryBody = Schemas["dcl"]["QueryBody"]
type AggregateBody = Schemas["dcl"]["AggregateBody"]

/** Of a query, what a screen says; the rest has its defaults. */
export type Asked = Required<Pick<QueryBody, "columns" | "filters" | "order_by" | "snapshot">>
export type Grouping = Pick<AggregateBody, "group_by" | "measures" | "filters" | "order_by" | "limit" | "snapshot">

const LIVE_MS = 15_000
const SLOWLY_MS = 5 * 60_000
const PAGE = 50

export const viewsQuery = queryOptions({
  queryKey: ["dcl", "views"],
  queryFn: () => data(api.GET("/api/v1/dcl/views")),
  refetchInterval: LIVE_MS,
})

export const metricsQuery = queryOptions({
  queryKey: ["dcl", "metrics"],
  queryFn: async (): Promise<Metric[]> => readMetrics(await data(api.GET("/api/v1/dcl/metrics"))),
  staleTime: SLOWLY_MS,
})

/** A page of a view's rows; the token of the next page holds on to the same snapshot. */
export function readPage(view: string, asked: Asked, page_token: string, page_size: number, signal?: AbortSignal) {
  const body: QueryBody = { ...asked, page_size, page_token }
  const init = { params: { path: { view } }, body, ...(signal ? { signal } : {}) }
  return data(api.POST("/api/v1/dcl/views/{view}/query", init))
}

export const rowsQuery = (view: string, asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["dcl", "rows", view, asked],
    queryFn: ({ pageParam, signal }) => readPage(view, asked, pageParam, PAGE, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || null,
  })

export const groupsQuery = (view: string, asked: Grouping) =>
  queryOptions({
    queryKey: ["dcl", "groups", view, asked],
    queryFn: () => data(api.POST("/api/v1/dcl/views/{view}/aggregate", { params: { path: { view } }, body: asked })),
  })

/** How many rows meet some conditions, as `value` of the only group. */
export const countQuery = (view: string, filters: Asked["filters"], snapshot: number) => {
  const measures = [{ op: "count", column: "", name: "value" }]
  return groupsQuery(view, { group_by: [], measures, filters, order_by: [], limit: 1, snapshot })
}

/** One row with every field, by its entity id. */
export const rowQuery = (view: string, id: string, snapshot: number) =>
  queryOptions({
    queryKey: ["dcl", "row", view, id, snapshot],
    queryFn: async (): Promise<Row | null> => {
      const filters = [{ column: "_entity_id", op: "eq", values: [id], json_key: "" }]
      const page = await readPage(view, { columns: [], filters, order_by: [], snapshot }, "", 1)
      return page.rows[0] ?? null
    },
    enabled: id !== "",
  })
