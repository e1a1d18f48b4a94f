import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"
import { sendFile } from "@/api/files"
import { readSummary, type Summary } from "./answer"

type Nlp = Schemas["nlp_gateway"]
export type Persona = Nlp["PersonaOut"]
export type Document = Nlp["DocumentOut"]
export type Passage = Nlp["PassageOut"]

export const kbKey = ["nlp", "kb"] as const
const SLOWLY_MS = 5 * 60_000
const SUMMARY_MS = 60_000
const PAGE = 50
const PASSAGES = 10
const WHILE_READING_MS = 1_500
export const TEXT_PAGE = 6_000

export const personasQuery = queryOptions({
  queryKey: ["nlp", "personas"],
  queryFn: async () => (await data(api.GET("/api/v1/nlp/personas"))).personas,
  staleTime: SLOWLY_MS,
})

export const summaryQuery = (persona: string) =>
  queryOptions({
    queryKey: ["nlp", "summary", persona],
    queryFn: async (): Promise<Summary> =>
      readSummary(await data(api.GET("/api/v1/nlp/persona/summary", { params: { query: { persona } } }))),
    staleTime: SUMMARY_MS,
  })

export const sendFeedback = (body: Nlp["FeedbackBody"]) => data(api.POST("/api/v1/nlp/feedback", { body }))

export const beingRead = (document: Document) => document.state === "queued" || document.state === "ingesting"

export const documentsQuery = (collection: string) =>
  infiniteQueryOptions({
    queryKey: [...kbKey, "documents", collection],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/nlp/kb/documents", {
          params: { query: { collection, page_size: PAGE, page_token: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.documents.some(beingRead)) ? WHILE_READING_MS : false,
  })

export const documentQuery = (document_id: string) =>
  queryOptions({
    queryKey: [...kbKey, "document", document_id],
    queryFn: () => data(api.GET("/api/v1/nlp/kb/documents/{document_id}", { params: { path: { document_id } } })),
    refetchInterval: (query) => (query.state.data && beingRead(query.state.data) ? WHILE_READING_MS : false),
  })

/** Characters [start, end) of a document's stored text. */
export const textQuery = (document_id: string, start: number, end: number) =>
  queryOptions({
    queryKey: [...kbKey, "text", document_id, start, end],
    queryFn: async () =>
      (
        await data(
          api.GET("/api/v1/nlp/kb/documents/{document_id}/text", {
            params: { path: { document_id }, query: { start, end } },
          }),
        )
      ).text,
  })

export const collectionsQuery = queryOptions({
  queryKey: [...kbKey, "collections"],
  queryFn: async () => (await data(api.GET("/api/v1/nlp/kb/collections"))).collections,
})

export const searchQuery = (question: string) =>
  queryOptions({
    queryKey: [...kbKey, "search", question],
    queryFn: async () =>
      (await data(api.POST("/api/v1/nlp/kb/search", { body: { question, limit: PASSAGES, collections: [] } })))
        .passages,
    enabled: question !== "",
  })

export const addFile = (file: File, collection: string) =>
  sendFile(`/api/v1/nlp/kb/files?${new URLSearchParams({ name: file.name, collection })}`, file)

export const deleteDocument = (document_id: string) =>
  api.DELETE("/api/v1/nlp/kb/documents/{document_id}", { params: { path: { document_id } } })
