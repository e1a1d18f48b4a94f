import { queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { allPages } from "@/api/pages"

export type Health = Schemas["aoa"]["HealthOut"]

const EVERY_MS = 15_000
const PAGE = 100
/** More than fits a glance: what is beyond is on the screen of its own. */
const MOST = 500

/** What each layer has, as one reading: how much of it, and what of it wants somebody. */
export const glanceQuery = queryOptions({
  queryKey: ["home", "glance"],
  queryFn: async () => {
    const [openFindings, connections, pending, views, runs, findings] = await Promise.all([
      allPages(
        (page_token) =>
          data(api.GET("/api/v1/aod/findings", { params: { query: { state: "open", page_size: PAGE, page_token } } })),
        (page) => page.findings,
        MOST,
      ),
      allPages(
        (page_token) =>
          data(api.GET("/api/v1/aam/connections", { params: { query: { page_size: PAGE, page_token } } })),
        (page) => page.connections,
        MOST,
      ),
      allPages(
        (page_token) =>
          data(
            api.GET("/api/v1/dcl/proposals", { params: { query: { state: "pending", page_size: PAGE, page_token } } }),
          ),
        (page) => page.proposals,
        MOST,
      ),
      data(api.GET("/api/v1/dcl/views")),
      data(api.GET("/api/v1/aoa/runs", { params: { query: { page_size: 1 } } })),
      data(api.GET("/api/v1/aoa/findings", { params: { query: {} } })),
    ])
    return { openFindings, connections, pending, views, run: runs.runs[0], findings: findings.findings }
  },
  refetchInterval: EVERY_MS,
})

export type Glance = Awaited<ReturnType<NonNullable<typeof glanceQuery.queryFn>>>

/** What each service says of itself. */
export const healthQuery = queryOptions({
  queryKey: ["home", "health"],
  queryFn: () => data(api.GET("/api/v1/health")),
  refetchInterval: EVERY_MS,
})
