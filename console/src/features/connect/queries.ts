import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"

type Aam = Schemas["aam"]
export type Connection = Aam["ConnectionOut"]
export type Stream = Aam["StreamOut"]
export type Run = Aam["RunOut"]
export type StreamRun = Aam["StreamRunOut"]
export type Funnel = Aam["FunnelOut"]
export type Statistics = Aam["StatisticsOut"]
export type Steering = Aam["SteeringOut"]
export type Explanation = Aam["ExplanationOut"]
export type Quarantined = Aam["QuarantinedOut"]
export type Connector = Aam["ConnectorOut"]
export type Watch = Aam["WatchOut"]
export type StreamPreview = Aam["StreamPreviewOut"]

/** Everything of AAM; a deed on a connection changes more than the connection. */
export const aamKey = ["aam"] as const
const PAGE = 50
export const NEWEST_RUNS = 200
const WHILE_RUNNING_MS = 1_500
const IDLE_MS = 15_000
/** A preview reads the source: once asked for, it is kept a while. */
const PREVIEW_MS = 5 * 60_000

export const runOpen = (run: Run) => ["pending", "running", "paused"].includes(run.state)
/** AAM is looking at it right now, so that its state will change by itself. */
export const settling = (connection: Connection) => connection.state === "PENDING" || connection.state === "HEALING"

export const connectionsQuery = (stage: string) =>
  infiniteQueryOptions({
    queryKey: [...aamKey, "connections", stage],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/aam/connections", { params: { query: { page_size: PAGE, page_token: pageParam, stage } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    refetchInterval: IDLE_MS,
    placeholderData: keepPreviousData,
  })

export const funnelQuery = queryOptions({
  queryKey: [...aamKey, "funnel"],
  queryFn: () => data(api.GET("/api/v1/aam/funnel")),
  refetchInterval: IDLE_MS,
})

/** The newest runs of all connections, newest first. */
export const newestRunsQuery = queryOptions({
  queryKey: [...aamKey, "runs"],
  queryFn: async () =>
    (await data(api.GET("/api/v1/aam/runs", { params: { query: { page_size: NEWEST_RUNS } } }))).runs,
  refetchInterval: (query) => (query.state.data?.some(runOpen) ? WHILE_RUNNING_MS : IDLE_MS),
})

export const connectorsQuery = queryOptions({
  queryKey: [...aamKey, "connectors"],
  queryFn: () => data(api.GET("/api/v1/aam/connectors")),
  staleTime: Number.POSITIVE_INFINITY,
})

const path = (connection_id: string) => ({ path: { connection_id } })

/** A connection with its streams, its last run and the story of both. */
export const explainQuery = (id: string) =>
  queryOptions({
    queryKey: [...aamKey, "connection", id, "explain"],
    queryFn: () => data(api.GET("/api/v1/aam/connections/{connection_id}/explain", { params: path(id) })),
    refetchInterval: (query) => {
      const told = query.state.data
      const busy = told && (settling(told.connection) || (told.last_run && runOpen(told.last_run)))
      return busy ? WHILE_RUNNING_MS : IDLE_MS
    },
  })

export const statisticsQuery = (id: string) =>
  queryOptions({
    queryKey: [...aamKey, "connection", id, "statistics"],
    queryFn: () => data(api.GET("/api/v1/aam/connections/{connection_id}/statistics", { params: path(id) })),
    refetchInterval: IDLE_MS,
  })

export const steeringQuery = (id: string) =>
  queryOptions({
    queryKey: [...aamKey, "connection", id, "steering"],
    queryFn: () => data(api.GET("/api/v1/aam/connections/{connection_id}/steering", { params: path(id) })),
  })

export const runsQuery = (connection_id: string) =>
  infiniteQueryOptions({
    queryKey: [...aamKey, "connection", connection_id, "runs"],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/aam/runs", {
          params: { query: { connection_id, page_size: PAGE, page_token: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.runs.some(runOpen)) ? WHILE_RUNNING_MS : IDLE_MS,
  })

export const runQuery = (run_id: string) =>
  queryOptions({
    queryKey: [...aamKey, "run", run_id],
    queryFn: () => data(api.GET("/api/v1/aam/runs/{run_id}", { params: { path: { run_id } } })),
    refetchInterval: (query) => (query.state.data && runOpen(query.state.data) ? WHILE_RUNNING_MS : false),
  })

export const quarantineQuery = (connection_id: string, stream: string) =>
  infiniteQueryOptions({
    queryKey: [...aamKey, "connection", connection_id, "quarantine", stream],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/aam/quarantine", {
          params: { query: { connection_id, stream, page_size: PAGE, page_token: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    refetchInterval: IDLE_MS,
  })

/** Another state of the connection may mean other streams, so it is part of the key. */
export const previewQuery = (id: string, state: string) =>
  infiniteQueryOptions({
    queryKey: [...aamKey, "connection", id, "preview", state],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/aam/connections/{connection_id}/preview", {
          params: { ...path(id), query: { page_size: 5, page_token: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    staleTime: PREVIEW_MS,
  })

export const watchesQuery = queryOptions({
  queryKey: [...aamKey, "watches"],
  queryFn: async () => (await data(api.GET("/api/v1/aam/watches"))).watches,
  refetchInterval: IDLE_MS,
})

export const watchQuery = (watch_id: string) =>
  queryOptions({
    queryKey: [...aamKey, "watches", watch_id],
    queryFn: () => data(api.GET("/api/v1/aam/watches/{watch_id}", { params: { path: { watch_id } } })),
    refetchInterval: IDLE_MS,
  })

/** What people changed at a connection, newest first, for those who may read the audit log. */
export const changesQuery = (id: string) =>
  queryOptions({
    queryKey: [...aamKey, "connection", id, "changes"],
    queryFn: async () => {
      const query = { action: "/api/v1/aam/connections/", outcome: "changed", page_size: NEWEST_RUNS }
      const page = await data(api.GET("/api/v1/admin/audit", { params: { query } }))
      return page.entries.filter((entry) => entry.target.includes(id))
    },
    retry: false,
  })

export type Change = Schemas["identity"]["EntryOut"]
