/** Server-sent events with a token and a memory: EventSource can send no header, so this reads `fetch`. */
import { createParser } from "eventsource-parser"
import { problemFrom, problemOf } from "./problem"
import { accessToken, discard } from "./session"

export type Happening = { event: string; data: string; id: string }
export type Feed = "connecting" | "live" | "waiting"

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
/** The platform sends a heartbeat every 15 s; silence of twice that is a dead connection. */
const SILENCE_MS = 35_000

/**
 * Follow a stream until `signal` aborts: a lost connection is taken up after the last id seen, with growing waits.
 * `told` gets each event, `changed` each change of the connection's state.
 */
export async function follow(
  path: string,
  told: (event: Happening) => void,
  changed: (feed: Feed) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = ""
  let failures = 0
  while (!signal.aborted) {
    changed("connecting")
    try {
      await once(
        path,
        last,
        signal,
        (event) => {
          failures = 0
          if (event.id) last = event.id
          told(event)
        },
        () => changed("live"),
      )
    } catch (error) {
      const problem = problemFrom(error)
      if (!signal.aborted && !problem.passing && problem.status !== 401) throw problem
    }
    if (signal.aborted) return
    changed("waiting")
    await pause(Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS), signal)
  }
}

async function once(
  path: string,
  last: string,
  signal: AbortSignal,
  told: (event: Happening) => void,
  opened: () => void,
): Promise<void> {
  const token = await accessToken()
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" }
  const silence = new AbortController()
  const answer = await fetch(path, {
    headers: last ? { ...headers, "last-event-id": last } : headers,
    signal: AbortSignal.any([signal, silence.signal]),
  })
  if (answer.status === 401) discard(token)
  if (!answer.ok || !answer.body) throw problemOf(answer.status, await answer.json().catch(() => null))
  opened()
  await read(answer.body, told, silence)
}

async function read(body: ReadableStream<Uint8Array>, told: (event: Happening) => void, silence: AbortController) {
  const parser = createParser({
    onEvent: ({ event, data, id }) => told({ event: event ?? "message", data, id: id ?? "" }),
  })
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (done) return
    parser.feed(value)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
    signal.addEventListener("abort", () => resolve(), { once: true })
  })
}
