import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { readGraph } from "./lineage/graph"

export type Proposal = Schemas["dcl"]["ProposalOut"]
export type MappedField = Schemas["dcl"]["FieldOut"]
export type Mapping = Schemas["dcl"]["MappingOut"]
export type Entity = Schemas["dcl"]["EntityOut"]
export type Attribute = Schemas["dcl"]["AttributeOut"]
export type Statistics = Schemas["aam"]["StatisticsOut"]
export type StreamFigures = Schemas["aam"]["StreamFiguresOut"]

export type Sample = Schemas["aam"]["StreamPreviewOut"]

const LIVE_MS = 15_000
const SLOWLY_MS = 5 * 60_000
const PAGE = 100

/** The lineage graph, asked for again every 15 s while the page is seen. */
export const graphQuery = queryOptions({
  queryKey: ["dcl", "graph"],
  queryFn: async () => readGraph(await data(api.GET("/api/v1/dcl/lineage/graph"))),
  refetchInterval: LIVE_MS,
})

export const ontologyQuery = queryOptions({
  queryKey: ["dcl", "ontology"],
  queryFn: () => data(api.GET("/api/v1/dcl/ontology")),
  staleTime: SLOWLY_MS,
})

/** The newest proposals in a state and of a connection; all for "". */
export const proposalsQuery = (state: string, connection_id = "") =>
  queryOptions({
    queryKey: ["dcl", "proposals", state, connection_id],
    queryFn: () => {
      const query = { state, connection_id, page_size: PAGE }
      return data(api.GET("/api/v1/dcl/proposals", { params: { query } }))
    },
  })

export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ["dcl", "proposal", id],
    queryFn: () => data(api.GET("/api/v1/dcl/proposals/{proposal_id}", { params: { path: { proposal_id: id } } })),
    enabled: id !== "",
  })

/** The mapping in force for a stream. */
export const mappingQuery = (connection: string, stream: string) =>
  queryOptions({
    queryKey: ["dcl", "mapping", connection, stream],
    queryFn: () =>
      data(
        api.GET("/api/v1/dcl/mappings/{connection_id}/{stream}", {
          params: { path: { connection_id: connection, stream } },
        }),
      ),
    enabled: connection !== "" && stream !== "",
    staleTime: SLOWLY_MS,
  })

/** How fresh the streams of a connection are. */
export const figuresQuery = (connection: string) =>
  queryOptions({
    queryKey: ["aam", "statistics", connection],
    queryFn: () =>
      data(
        api.GET("/api/v1/aam/connections/{connection_id}/statistics", {
          params: { path: { connection_id: connection } },
        }),
      ),
    enabled: connection !== "",
  })

/** The first rows of a stream as its mapping would turn them; it reads the source. */
export const samplesQuery = (connection: string, stream: string, wanted: boolean) =>
  queryOptions({
    queryKey: ["aam", "preview", connection, stream],
    queryFn: async () => {
      const params = { path: { connection_id: connection }, query: { stream, page_size: 1 } }
      const page = await data(api.GET("/api/v1/aam/connections/{connection_id}/preview", { params }))
      return page.streams.find((one) => one.stream === stream) ?? null
    },
    enabled: wanted,
    staleTime: SLOWLY_MS,
  })

export type Decision = { proposal: Proposal; approved: boolean; without: string[] }

/** Approve or reject a proposal; everything that follows from mappings is asked for again. */
export function useDecide() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ proposal, approved, without }: Decision) => {
      const params = { path: { proposal_id: proposal.id } }
      return approved
        ? data(
            api.POST("/api/v1/dcl/proposals/{proposal_id}/approve", { params, body: { without_attributes: without } }),
          )
        : data(api.POST("/api/v1/dcl/proposals/{proposal_id}/reject", { params }))
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["dcl"] }),
  })
}
