import { queryOptions } from "@tanstack/react-query"
import { api, data } from "@/api/client"

const MOST = 1_000

/** All flow events that are still kept, newest first. */
export const glanceQuery = queryOptions({
  queryKey: ["aoa", "flow-monitor"],
  queryFn: () => data(api.GET("/api/v1/flow-monitor", { params: { query: { limit: MOST } } })),
})
