// @vitest-environment node
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { asked as askedOnce, type Feed, follow, type Happening } from "./events"

vi.mock("./session", () => ({ accessToken: async () => "a-token", discard: () => undefined }))

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let url = ""
let answers: Answer[] = []
const asked: IncomingMessage["headers"][] = []

beforeEach(async () => {
  asked.length = 0
  server = createServer((request, response) => {
    asked.push(request.headers)
    const answer = answers.shift()
    if (answer) answer(request, response)
    else response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const stream =
  (...parts: string[]): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    for (const part of parts) response.write(part)
    response.end()
  }

async function listen(until: (told: Happening[]) => boolean, from?: string) {
  const told: Happening[] = []
  const feeds: Feed[] = []
  let life = 0
  const stop = new AbortController()
  await follow(
    url,
    (event) => {
      told.push(event)
      if (until(told)) stop.abort()
    },
    (feed) => feeds.push(feed),
    stop.signal,
    { ...(from ? { from } : {}), alive: () => life++ },
  )
  return { told, feeds, life }
}

test("a lost connection is taken up after the last id seen", async () => {
  answers = [stream("event: flow\nid: 1\ndata: a\n\n", "event: flow\nid: 2\ndata: b\n\n"), stream("id: 3\ndata: c\n\n")]
  const { told, feeds } = await listen((all) => all.length === 3)
  expect(told.map((event) => event.data)).toEqual(["a", "b", "c"])
  expect(told[0]?.event).toBe("flow")
  expect(asked.map((headers) => headers["last-event-id"])).toEqual([undefined, "2"])
  expect(asked[0]?.authorization).toBe("Bearer a-token")
  expect(feeds).toEqual(["connecting", "live", "waiting", "connecting", "live"])
})

test("it begins after a position that is given", async () => {
  answers = [stream("id: 8\ndata: x\n\n")]
  await listen((all) => all.length === 1, "7")
  expect(asked[0]?.["last-event-id"]).toBe("7")
})

test("a comment and a heartbeat are signs of life, and the position stays", async () => {
  answers = [
    stream("id: 1\ndata: a\n\n", ": ping\n\n", "event: quiet\ndata: {}\n\n"),
    stream("event: reset\ndata: {}\n\n"),
  ]
  const { told, life } = await listen((all) => all.at(-1)?.event === "reset")
  expect(told.map((event) => event.event)).toEqual(["message", "quiet", "reset"])
  expect(life).toBeGreaterThanOrEqual(2)
  expect(asked[1]?.["last-event-id"]).toBe("1")
})

test("an event cut in two, in the middle of a letter, arrives whole", async () => {
  const bytes = Buffer.from("id: 1\ndata: Zoë\n\n")
  answers = [
    (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(bytes.subarray(0, 15))
      setTimeout(() => response.end(bytes.subarray(15)), 20)
    },
  ]
  const { told } = await listen((all) => all.length === 1)
  expect(told[0]?.data).toBe("Zoë")
})

test("an outage is waited for, a refusal is thrown", async () => {
  answers = [
    (_, response) => response.writeHead(503).end("{}"),
    (_, response) =>
      response.writeHead(403).end(JSON.stringify({ reason: "NOT_ALLOWED", detail: "You may not.", hint: "Ask." })),
  ]
  await expect(listen(() => false)).rejects.toMatchObject({ reason: "NOT_ALLOWED", hint: "Ask." })
  expect(asked).toHaveLength(2)
})

test("a question is asked once, with its body, and answered in events", async () => {
  answers = [stream("event: text\ndata: a\n\nevent: te", "xt\ndata: b\n\n"), stream("data: never\n\n")]
  const told: Happening[] = []
  await askedOnce(url, { question: "why" }, (event) => told.push(event), new AbortController().signal)
  expect(told.map(({ event, data }) => [event, data])).toEqual([
    ["text", "a"],
    ["text", "b"],
  ])
  expect(asked).toHaveLength(1)
  expect(asked[0]?.["content-type"]).toBe("application/json")
})

test("a refused question is told as a problem", async () => {
  answers = [
    (_, response) => response.writeHead(403).end(JSON.stringify({ reason: "NOT_PERMITTED", detail: "Not for you." })),
  ]
  const asking = askedOnce(url, {}, () => undefined, new AbortController().signal)
  await expect(asking).rejects.toMatchObject({ status: 403, reason: "NOT_PERMITTED" })
})
