import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { allPages } from "@/api/pages"

type Aoa = Schemas["aoa"]
export type Finding = Aoa["FindingOut"]
export type Run = Aoa["RunOut"]
export type Step = Aoa["StepOut"]
export type Agent = Aoa["AgentOut"]

/** Everything of AOA: what a run does changes runs and findings. */
export const aoaKey = ["aoa", "agents"] as const
const PAGE = 25
const WHILE_RUNNING_MS = 1_500
const IDLE_MS = 15_000
const MOST_CONNECTIONS = 500

export const runOpen = (run: Run) => run.state === "running"

/** The findings of a run; without one, of the newest that ended well. */
export const findingsQuery = (run_id = "") =>
  queryOptions({
    queryKey: [...aoaKey, "findings", run_id],
    queryFn: () => data(api.GET("/api/v1/aoa/findings", { params: { query: run_id ? { run_id } : {} } })),
    refetchInterval: IDLE_MS,
  })

export const runsQuery = infiniteQueryOptions({
  queryKey: [...aoaKey, "runs"],
  queryFn: ({ pageParam }) =>
    data(api.GET("/api/v1/aoa/runs", { params: { query: { page_size: PAGE, page_token: pageParam } } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_page_token || undefined,
  refetchInterval: (query) =>
    query.state.data?.pages.some((page) => page.runs.some(runOpen)) ? WHILE_RUNNING_MS : IDLE_MS,
})

export const runQuery = (run_id: string) =>
  queryOptions({
    queryKey: [...aoaKey, "run", run_id],
    queryFn: () => data(api.GET("/api/v1/aoa/runs/{run_id}", { params: { path: { run_id } } })),
    refetchInterval: (query) => (query.state.data && runOpen(query.state.data) ? WHILE_RUNNING_MS : false),
  })

export const agentsQuery = queryOptions({
  queryKey: [...aoaKey, "list"],
  queryFn: async () => (await data(api.GET("/api/v1/aoa/agents"))).agents,
})

/** What a run can sync. */
export const activeConnectionsQuery = queryOptions({
  queryKey: [...aoaKey, "connections"],
  queryFn: async () => {
    const all = await allPages(
      (page_token) => data(api.GET("/api/v1/aam/connections", { params: { query: { page_size: 100, page_token } } })),
      (page) => page.connections,
      MOST_CONNECTIONS,
    )
    return all.filter((one) => one.state === "ACTIVE")
  },
})

export const startRun = (body: Aoa["StartBody"]) => data(api.POST("/api/v1/aoa/runs", { body }))
export const cancelRun = (run_id: string) =>
  data(api.POST("/api/v1/aoa/runs/{run_id}/cancel", { params: { path: { run_id } } }))
