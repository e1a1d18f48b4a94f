/**
 * Who is signed in. The access token lives in this module's memory alone; the refresh token is an HttpOnly cookie
 * that no script can read, sent to /api/v1/auth/browser only.
 */
import { Problem, problemOf } from "./problem"

const BELOW = "/api/v1/auth/browser"
const EARLY_MS = 30_000
/** Held while one tab sends or gets the cookie: two tabs never present the same refresh token, and none loses a new one. */
const LOCK = "aos-refresh"
/** An answer that was lost on its way is asked for again at once; the platform grants a used cookie ten seconds. */
const TRIES = 3

type Tokens = { access_token: string; expires_in: number }

/** What tabs tell each other: the session has ended, or is another one. */
const ENDED = "ended"
const OTHER = "other"

let token = ""
let expiresAt = 0
let renewal: Promise<string> | null = null
const listeners = new Set<() => void>()
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("aos-session")
channel?.addEventListener("message", ({ data }) => (data === ENDED ? forget() : location.reload()))

/** Ask with the cookie, alone among all tabs. */
function ask(what: string, body?: unknown): Promise<unknown> {
  const asking = () => send(what, body)
  return navigator.locks ? navigator.locks.request(LOCK, asking) : asking()
}

async function send(what: string, body?: unknown): Promise<unknown> {
  const answer = await patiently(`${BELOW}/${what}`, {
    method: "POST",
    credentials: "same-origin",
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  })
  const told: unknown = answer.status === 204 ? null : await answer.json().catch(() => null)
  if (!answer.ok) throw problemOf(answer.status, told)
  return told
}

async function patiently(path: string, request: RequestInit): Promise<Response> {
  for (let tries = TRIES; ; tries--) {
    try {
      return await fetch(path, request)
    } catch (error) {
      // A form is for the person to send again; the cookie's exchange may be repeated.
      if (tries === 1 || request.body) throw error
    }
  }
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
  try {
    return keep(await ask("refresh"))
  } catch (error) {
    if (error instanceof Problem && error.status === 401) forget()
    throw error
  } finally {
    renewal = null
  }
}

async function begin(what: string, body: unknown): Promise<void> {
  keep(await ask(what, body))
  channel?.postMessage(OTHER)
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
  signIn: (email: string, password: string, totp: string) =>
    begin("login", { email, password, ...(totp ? { totp } : {}) }),
  register: (tenant_name: string, email: string, password: string) =>
    begin("register", { tenant_name, email, password }),
  accept: (ticket: string, password: string) => begin("invitations/accept", { ticket, password }),
}

/** End the session, in every tab. */
export async function signOut(): Promise<void> {
  try {
    await ask("logout")
  } finally {
    forget()
    channel?.postMessage(ENDED)
  }
}

/** Be told when the session has ended; returns how to stop. */
export function onEnd(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
