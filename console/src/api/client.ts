/** The API, typed from the services' own documents. A refusal is thrown as a Problem. */
import createClient, { type Middleware } from "openapi-fetch"
import type { paths, Schemas } from "./generated"
import { problemOf } from "./problem"
import { accessToken, discard } from "./session"

const withToken: Middleware = {
  async onRequest({ request }) {
    request.headers.set("authorization", `Bearer ${await accessToken()}`)
    return request
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined
    if (response.status === 401) discard(request.headers.get("authorization")?.slice("Bearer ".length) ?? "")
    throw problemOf(response.status, await response.json().catch(() => null))
  },
}

/** `api.GET("/api/v1/aod/findings", { params: { query } })`; use `data()` around it. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", credentials: "same-origin" })
api.use(withToken)

/** The body of an answer; a refusal was thrown before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

export type { Schemas }
