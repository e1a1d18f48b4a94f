/** Server-sent events with a token and a memory: EventSource can send no header, so this reads `fetch`. */
import { createParser } from "eventsource-parser"
import { problemFrom, problemOf } from "./problem"
import { accessToken, discard } from "./session"

export type Happening = { event: string; data: string; id: string }
export type Feed = "connecting" | "live" | "waiting"

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
/** The platform says `quiet` every ten seconds; silence of more than twice that is a dead connection. */
const SILENCE_MS = 25_000

export type Following = {
  /** Continue after this id instead of from now on. */
  from?: string
  /** Told of every sign of life: an event, a heartbeat, a comment. */
  alive?: () => void
}

/**
 * Follow a stream until `signal` aborts: a lost connection is taken up after the last id seen, with growing waits.
 * `told` gets each event, `changed` each change of the connection's state.
 */
export async function follow(
  path: string,
  told: (event: Happening) => void,
  changed: (feed: Feed) => void,
  signal: AbortSignal,
  { from = "", alive }: Following = {},
): Promise<void> {
  let last = from
  let failures = 0
  const heard = {
    event: (event: Happening) => {
      if (event.id) last = event.id
      told(event)
    },
    life: () => {
      failures = 0
      alive?.()
    },
    opened: () => changed("live"),
  }
  while (!signal.aborted) {
    changed("connecting")
    try {
      await once(path, last, signal, heard)
    } catch (error) {
      const problem = problemFrom(error)
      if (!signal.aborted && !problem.passing && problem.status !== 401) throw problem
    }
    if (signal.aborted) return
    changed("waiting")
    await pause(Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS), signal)
  }
}

/**
 * Ask with a body and get the answer as events, once: a lost connection is an error, for asking again would do it again.
 */
export async function asked(path: string, body: unknown, told: (event: Happening) => void, signal: AbortSignal) {
  const token = await accessToken()
  const silence = new AbortController()
  const answer = await timed(
    fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, silence.signal]),
    }),
    silence,
  )
  if (answer.status === 401) discard(token)
  if (!answer.ok || !answer.body) throw problemOf(answer.status, await answer.json().catch(() => null))
  await read(answer.body, { event: told, life: () => undefined }, silence)
}

type Heard = { event: (event: Happening) => void; life: () => void; opened: () => void }

async function once(path: string, last: string, signal: AbortSignal, heard: Heard): Promise<void> {
  const token = await accessToken()
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" }
  const silence = new AbortController()
  const ended = AbortSignal.any([signal, silence.signal])
  const answer = await timed(
    fetch(path, { headers: last ? { ...headers, "last-event-id": last } : headers, signal: ended }),
    silence,
  )
  if (answer.status === 401) discard(token)
  if (!answer.ok || !answer.body) throw problemOf(answer.status, await answer.json().catch(() => null))
  heard.opened()
  await read(answer.body, heard, silence)
}

async function read(body: ReadableStream<Uint8Array>, heard: Omit<Heard, "opened">, silence: AbortController) {
  const parser = createParser({
    onEvent: ({ event, data, id }) => heard.event({ event: event ?? "message", data, id: id ?? "" }),
  })
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await timed(reader.read(), silence)
    if (done) return
    heard.life()
    parser.feed(decoder.decode(value, { stream: true }))
  }
}

/** Wait for something, but no longer than a living stream would be silent. */
function timed<T>(awaited: Promise<T>, silence: AbortController): Promise<T> {
  const timer = setTimeout(() => silence.abort(), SILENCE_MS)
  return awaited.finally(() => clearTimeout(timer))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
    signal.addEventListener("abort", () => resolve(), { once: true })
  })
}
