import { queryOptions, useQuery } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"

export type Me = Schemas["identity"]["UserOut"]

/** Who is signed in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => data(api.GET("/api/v1/auth/me")),
  staleTime: 60_000,
})

/** Who is signed in; undefined until known. */
export function useMe(): Me | undefined {
  return useQuery(meQuery).data
}
