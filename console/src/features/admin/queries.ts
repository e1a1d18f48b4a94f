import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api, data, type Schemas } from "@/api/client"

type Identity = Schemas["identity"]
export type User = Identity["UserOut"]
export type Invitation = Identity["InvitationOut"]
export type ServiceAccount = Identity["ServiceAccountOut"]
export type Key = Identity["KeyOut"]
export type NewKey = Identity["NewKeyOut"]
export type Flag = Identity["FlagOut"]
export type Entry = Identity["EntryOut"]
export type Session = Identity["SessionOut"]
export type Verified = Identity["VerifiedOut"]

/** Everything of identity that these screens show. */
export const identityKey = ["identity"] as const
const PAGE = 50

export const usersQuery = infiniteQueryOptions({
  queryKey: [...identityKey, "users"],
  queryFn: ({ pageParam }) =>
    data(api.GET("/api/v1/auth/users", { params: { query: { page_size: PAGE, page_token: pageParam } } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_page_token || undefined,
})

export const invitationsQuery = infiniteQueryOptions({
  queryKey: [...identityKey, "invitations"],
  queryFn: ({ pageParam }) =>
    data(api.GET("/api/v1/auth/invitations", { params: { query: { page_size: PAGE, page_token: pageParam } } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_page_token || undefined,
})

export const serviceAccountsQuery = queryOptions({
  queryKey: [...identityKey, "service-accounts"],
  queryFn: async () => (await data(api.GET("/api/v1/auth/service-accounts"))).service_accounts,
})

export const flagsQuery = queryOptions({
  queryKey: [...identityKey, "flags"],
  queryFn: async () => (await data(api.GET("/api/v1/admin/feature-flags"))).flags,
})

export const providersQuery = queryOptions({
  queryKey: [...identityKey, "providers"],
  queryFn: async () => (await data(api.GET("/api/v1/admin/identity-providers"))).identity_providers,
})

export type AuditFilter = { actor: string; action: string; outcome: string }

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: [...identityKey, "audit", filter],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/admin/audit", { params: { query: { ...filter, page_size: PAGE, page_token: pageParam } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  })

export const sessionsQuery = queryOptions({
  queryKey: [...identityKey, "sessions"],
  queryFn: async () => (await data(api.GET("/api/v1/auth/sessions"))).sessions,
})

export const totpQuery = queryOptions({
  queryKey: [...identityKey, "totp"],
  queryFn: () => data(api.GET("/api/v1/auth/totp")),
})
