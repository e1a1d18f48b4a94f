/** What these screens change. */
import { api, data, type Schemas } from "@/api/client"

type Identity = Schemas["identity"]

const user = (user_id: string) => ({ params: { path: { user_id } } })
export const setRoles = (id: string, roles: string[]) =>
  data(api.PUT("/api/v1/auth/users/{user_id}/roles", { ...user(id), body: { roles } }))
export const disable = (id: string) => data(api.POST("/api/v1/auth/users/{user_id}/disable", user(id)))
export const enable = (id: string) => data(api.POST("/api/v1/auth/users/{user_id}/enable", user(id)))
export const endSessions = (id: string) => data(api.DELETE("/api/v1/auth/users/{user_id}/sessions", user(id)))
export const removeFactor = (id: string) => api.DELETE("/api/v1/auth/users/{user_id}/totp", user(id))
export const removeUser = (id: string) => api.DELETE("/api/v1/auth/users/{user_id}", user(id))

export const invite = (body: Identity["InviteBody"]) => data(api.POST("/api/v1/auth/invitations", { body }))
export const withdraw = (invitation_id: string) =>
  api.DELETE("/api/v1/auth/invitations/{invitation_id}", { params: { path: { invitation_id } } })

export const addAccount = (body: Identity["ServiceAccountBody"]) =>
  data(api.POST("/api/v1/auth/service-accounts", { body }))
export const removeAccount = (account_id: string) =>
  api.DELETE("/api/v1/auth/service-accounts/{account_id}", { params: { path: { account_id } } })
export const addKey = (account_id: string, body: Identity["KeyBody"]) =>
  data(api.POST("/api/v1/auth/service-accounts/{account_id}/keys", { params: { path: { account_id } }, body }))
export const revokeKey = (account_id: string, key_id: string) =>
  api.DELETE("/api/v1/auth/service-accounts/{account_id}/keys/{key_id}", { params: { path: { account_id, key_id } } })

export const setFlag = (name: string, enabled: boolean) =>
  data(api.PUT("/api/v1/admin/feature-flags/{name}", { params: { path: { name } }, body: { enabled } }))
export const resetFlag = (name: string) =>
  data(api.DELETE("/api/v1/admin/feature-flags/{name}", { params: { path: { name } } }))

export const verifyAudit = () => data(api.GET("/api/v1/admin/audit/verification"))

export const endSession = (session_id: string) =>
  api.DELETE("/api/v1/auth/sessions/{session_id}", { params: { path: { session_id } } })
export const endOtherSessions = () => data(api.DELETE("/api/v1/auth/sessions"))
export const changePassword = (current_password: string, new_password: string) =>
  api.POST("/api/v1/auth/password/change", { body: { current_password, new_password } })
export const beginFactor = (password: string) => data(api.POST("/api/v1/auth/totp", { body: { password } }))
export const confirmFactor = (code: string) => data(api.POST("/api/v1/auth/totp/confirm", { body: { code } }))
export const disableFactor = (password: string, code: string) =>
  api.POST("/api/v1/auth/totp/disable", { body: { password, code } })
