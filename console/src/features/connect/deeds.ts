/** What can be done with connections and watches. */
import { api, data, type Schemas } from "@/api/client"

type Aam = Schemas["aam"]
const path = (connection_id: string) => ({ params: { path: { connection_id } } })
const BELOW = "/api/v1/aam/connections/{connection_id}"

export const onboard = (body: Aam["EntryBody"]) => data(api.POST("/api/v1/aam/connections/onboard", { body }))
export const promote = (id: string) => data(api.POST(`${BELOW}/promote`, path(id)))
export const check = (id: string) => data(api.POST(`${BELOW}/check`, path(id)))
export const discoverAgain = (id: string) => data(api.POST(`${BELOW}/discover`, path(id)))
export const reconnect = (id: string, settings: Record<string, unknown>) =>
  data(api.POST(`${BELOW}/reconnect`, { ...path(id), body: { settings } }))
export const sync = (id: string, body: Aam["SyncBody"]) => data(api.POST(`${BELOW}/sync`, { ...path(id), body }))
export const pause = (id: string) => data(api.POST(`${BELOW}/pause`, path(id)))
export const resume = (id: string) => data(api.POST(`${BELOW}/resume`, path(id)))
export const setSchedule = (id: string, body: Aam["ScheduleBody"]) =>
  data(api.PUT(`${BELOW}/schedule`, { ...path(id), body }))
export const setLimits = (id: string, body: Aam["LimitsBody"]) =>
  data(api.PUT(`${BELOW}/limits`, { ...path(id), body }))
export const setFreshness = (id: string, within_minutes: number | null) =>
  data(api.PUT(`${BELOW}/freshness`, { ...path(id), body: { within_minutes } }))
export const remove = (id: string) => api.DELETE(BELOW, path(id))
export const cancelRun = (run_id: string) =>
  data(api.POST("/api/v1/aam/runs/{run_id}/cancel", { params: { path: { run_id } } }))
export const watch = (body: Aam["WatchBody"]) => data(api.POST("/api/v1/aam/watches", { body }))
export const unwatch = (watch_id: string) =>
  api.DELETE("/api/v1/aam/watches/{watch_id}", { params: { path: { watch_id } } })
