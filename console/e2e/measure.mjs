/**
 * Figures of the console on a running platform, as one JSON document: Lighthouse of a page outside and pages inside,
 * and how long the lineage graph of 300 nodes takes. `benchmarks/u2.py` starts the platform and prints them.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "@playwright/test"
import bundled from "@sparticuz/chromium"
import lighthouse from "lighthouse"

const url = process.env.AOS_URL
const { email, password } = JSON.parse(readFileSync(process.env.AOS_DEMO, "utf8"))
const PAGES = ["/sign-in", "/home", "/ontology", "/views/account", "/ask"]

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** A lineage graph in the platform's own words: 20 connections with 9 streams each, 90 entities, 10 agents. */
function graphOf300() {
  const node = (id, kind, rows) => ({ id, kind, label: id, rows: String(rows), parent_id: "", deleted: "0" })
  const edge = (source, target) => ({
    id: `${source}->${target}`,
    source,
    target,
    kind: "dataflow",
    rows: "100",
    fields: [],
  })
  const numbered = (kind, count) => Array.from({ length: count }, (_, at) => node(`${kind} ${at}`, kind, 100 + at))
  const nodes = [
    ...numbered("source", 20),
    ...numbered("data_set", 180),
    ...numbered("entity", 90),
    ...numbered("agent", 10),
  ]
  const edges = [
    ...Array.from({ length: 180 }, (_, at) => edge(`source ${at % 20}`, `data_set ${at}`)),
    ...Array.from({ length: 180 }, (_, at) => edge(`data_set ${at}`, `entity ${at % 90}`)),
    ...Array.from({ length: 90 }, (_, at) => edge(`entity ${at}`, `agent ${at % 10}`)),
  ]
  return { nodes, edges }
}

/** Milliseconds from the answer's last byte to all of its nodes being on the screen. */
async function timeOfGraph(page) {
  const graph = graphOf300()
  await page.route("**/api/v1/dcl/lineage/graph", (route) => route.fulfill({ json: graph }))
  await page.addInitScript((wanted) => {
    const look = () => {
      if (document.querySelectorAll("[data-node]").length < wanted) requestAnimationFrame(look)
      else window.drawn = performance.now()
    }
    requestAnimationFrame(look)
  }, graph.nodes.length)
  await page.goto(`${url}/ontology`)
  await page.waitForFunction(() => window.drawn)
  return page.evaluate(() => {
    const [answer] = performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/lineage/graph"))
    return Math.round(window.drawn - answer.responseEnd)
  })
}

const folder = mkdtempSync(join(tmpdir(), "aos-measure-"))
const port = await freePort()
const context = await chromium.launchPersistentContext(folder, {
  executablePath: await bundled.executablePath(),
  args: ["--no-sandbox", `--remote-debugging-port=${port}`],
})
const scores = []
let graph_ms = 0
try {
  const page = context.pages()[0] ?? (await context.newPage())
  const audit = async (path) => {
    const { lhr } = await lighthouse(url + path, { port, output: "json", logLevel: "error", disableStorageReset: true })
    const of = (name) => Math.round((lhr.categories[name]?.score ?? 0) * 100)
    scores.push({
      path,
      performance: of("performance"),
      accessibility: of("accessibility"),
      practices: of("best-practices"),
      paint_ms: Math.round(lhr.audits["largest-contentful-paint"].numericValue),
      shift: lhr.audits["cumulative-layout-shift"].numericValue,
    })
  }
  await audit(PAGES[0])
  await page.goto(`${url}/sign-in`)
  await page.getByLabel("E-mail address").fill(email)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.waitForURL("**/home")
  for (const path of PAGES.slice(1)) await audit(path)
  graph_ms = await timeOfGraph(page)
} finally {
  await context.close()
  rmSync(folder, { recursive: true, force: true })
}
console.log(JSON.stringify({ scores, graph_ms }))
