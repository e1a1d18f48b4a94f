import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { api, data } from "@/api/client"
import { allPages } from "@/api/pages"
import { useMe } from "@/lib/me"
import { identityKey, serviceAccountsQuery } from "./queries"

const MOST = 1_000

const allUsersQuery = {
  queryKey: [...identityKey, "all-users"],
  queryFn: () =>
    allPages(
      (page_token) => data(api.GET("/api/v1/auth/users", { params: { query: { page_size: 100, page_token } } })),
      (page) => page.users,
      MOST,
    ),
  retry: false,
}

/** Users and programs, for those who may list them; others would only be refused again and again. */
function useEverybody() {
  const me = useMe()
  const enabled = me?.roles.some((role) => role === "owner" || role === "admin") ?? false
  const users = useQuery({ ...allUsersQuery, enabled }).data
  const programs = useQuery({ ...serviceAccountsQuery, retry: false, enabled }).data
  return { me, users, programs }
}

/** Names of people and programs by id, as far as the reader may know them; an unknown id stands for itself. */
export function useNames(): (id: string) => string {
  const { me, users, programs } = useEverybody()
  return useMemo(() => {
    const names = new Map<string, string>()
    for (const one of users ?? []) names.set(one.id, one.email || one.name)
    for (const one of programs ?? []) names.set(one.id, one.name)
    if (me) names.set(me.id, me.email || me.name)
    return (id: string) => names.get(id) ?? id
  }, [users, programs, me])
}

/** Everybody who can be named, for a choice. */
export function usePeople(): (readonly [id: string, name: string])[] {
  const { users, programs } = useEverybody()
  return [
    ...(users ?? []).map((one) => [one.id, one.email || one.name] as const),
    ...(programs ?? []).map((one) => [one.id, one.name] as const),
  ]
}
