import { queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { allPages } from "@/api/pages"

export type Finding = Schemas["aod"]["FindingOut"]
export type DataSet = Schemas["aod"]["DataSetOut"]
export type Scan = Schemas["aod"]["ScanOut"]

/** More than a person decides in a day; a tenant with more sees those with the highest scores. */
export const MOST_FINDINGS = 1_000
const MOST_SCANS = 100
const PAGE = 100
const WHILE_SCANNING_MS = 1_500

export const findingsKey = ["aod", "findings"] as const
export const scansKey = ["aod", "scans"] as const

/** All findings, highest score first, without the columns of their data sets. */
export const findingsQuery = queryOptions({
  queryKey: findingsKey,
  queryFn: () =>
    allPages(
      (page_token) => data(api.GET("/api/v1/aod/findings", { params: { query: { page_size: PAGE, page_token } } })),
      (page) => page.findings,
      MOST_FINDINGS,
    ),
})

/** One finding with the profiles of its columns. */
export const findingQuery = (finding_id: string) =>
  queryOptions({
    queryKey: [...findingsKey, finding_id],
    queryFn: () => data(api.GET("/api/v1/aod/findings/{finding_id}", { params: { path: { finding_id } } })),
  })

export const underWay = (scan: Scan) => scan.state === "queued" || scan.state === "running"

/** The newest scans; asked again while one is under way. */
export const scansQuery = queryOptions({
  queryKey: scansKey,
  queryFn: async () =>
    (await data(api.GET("/api/v1/aod/scans", { params: { query: { page_size: MOST_SCANS } } }))).scans,
  refetchInterval: (query) => (query.state.data?.some(underWay) ? WHILE_SCANNING_MS : false),
})

export const startScan = (body: Schemas["aod"]["ScanBody"]) => data(api.POST("/api/v1/aod/scans", { body }))

/** Approve a finding: AAM gets a connection to these data sets, or to every readable one when none is named. */
export const approve = (finding_id: string, data_sets: string[] = []) =>
  data(api.POST("/api/v1/aod/findings/{finding_id}/approve", { params: { path: { finding_id } }, body: { data_sets } }))

export const reject = (finding_id: string, note: string) =>
  data(api.POST("/api/v1/aod/findings/{finding_id}/reject", { params: { path: { finding_id } }, body: { note } }))
