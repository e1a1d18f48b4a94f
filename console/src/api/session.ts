/**
 * Who is signed in. The access token lives in this module's memory alone; the refresh token is an HttpOnly cookie
 * that no script can read, sent to /api/v1/auth/browser only.
 */
import { Problem, problemOf } from "./problem"

const BELOW = "/api/v1/auth/browser"
const EARLY_MS = 30_000
/** Held while one tab exchanges the cookie, so that two tabs never present the same refresh token. */
const LOCK = "aos-refresh"

type Tokens = { access_token: string; expires_in: number }

let token = ""
let expiresAt = 0
let renewal: Promise<string> | null = null
const listeners = new Set<() => void>()
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("aos-session")
channel?.addEventListener("message", () => forget())

async function ask(what: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${BELOW}/${what}`, {
    method: "POST",
    credentials: "same-origin",
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  })
  const told: unknown = answer.status === 204 ? null : await answer.json().catch(() => null)
  if (!answer.ok) throw problemOf(answer.status, told)
  return told
}

function keep(told: unknown): string {
  const tokens = told as Tokens
  token = tokens.access_token
  expiresAt = Date.now() + tokens.expires_in * 1000
  return token
}

function forget(): void {
  token = ""
  expiresAt = 0
  for (const listener of listeners) listener()
}

async function renew(): Promise<string> {
  const exchange = async () => keep(await ask("refresh"))
  try {
    return await (navigator.locks ? navigator.locks.request(LOCK, exchange) : exchange())
  } catch (error) {
    if (error instanceof Problem && error.status === 401) forget()
    throw error
  } finally {
    renewal = null
  }
}

/** A token that is good for a while; throws a Problem with status 401 when nobody is signed in. */
export async function accessToken(): Promise<string> {
  if (token && Date.now() < expiresAt - EARLY_MS) return token
  renewal ??= renew()
  return renewal
}

/** Forget a token that a service refused, so that the next request asks for another. */
export function discard(refused: string): void {
  if (token === refused) expiresAt = 0
}

/** Whether somebody is signed in, asking the platform when this page does not know. */
export async function signedIn(): Promise<boolean> {
  try {
    await accessToken()
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return false
    throw error
  }
}

/** Sign in, register, or take up an invitation: each starts a session. */
export const enter = {
  signIn: async (email: string, password: string, totp: string) =>
    keep(await ask("login", { email, password, ...(totp ? { totp } : {}) })),
  register: async (tenant_name: string, email: string, password: string) =>
    keep(await ask("register", { tenant_name, email, password })),
  accept: async (ticket: string, password: string) => keep(await ask("invitations/accept", { ticket, password })),
}

/** End the session, in every tab. */
export async function signOut(): Promise<void> {
  try {
    await ask("logout")
  } finally {
    forget()
    channel?.postMessage("signed out")
  }
}

/** Be told when the session has ended; returns how to stop. */
export function onEnd(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
