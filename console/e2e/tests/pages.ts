/** What every test needs: who signs in, and where there is something to see. */
import { readFileSync } from "node:fs"
import { expect, type Page } from "@playwright/test"

type Demo = { email: string; password: string }

const QUIET_MS = 3_000

/** The document that `aos demo --json` printed. */
export function demo(): Demo {
  const file = process.env.AOS_DEMO
  if (!file) throw new Error("AOS_DEMO names no file; make one with: aos demo --json > demo.json")
  return JSON.parse(readFileSync(file, "utf8")) as Demo
}

export async function signIn(page: Page): Promise<void> {
  const { email, password } = demo()
  await page.goto("/sign-in")
  await page.getByLabel("E-mail address").fill(email)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page).toHaveURL(/\/home$/)
}

/** Wait until the page shows what it has: nothing loads any more, no grey line is left. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  // A live feed never ends, so quiet is not waited for without end.
  await page.waitForLoadState("networkidle", { timeout: QUIET_MS }).catch(() => undefined)
  await expect(page.getByText("Loading", { exact: true })).toHaveCount(0)
}

/** Everything that the browser complains about, from now on. */
export function complaints(page: Page): string[] {
  const found: string[] = []
  page.on("console", (message) => message.type() === "error" && found.push(message.text()))
  page.on("pageerror", (error) => found.push(error.message))
  return found
}

type Named = { address: string; name: string }

/** Every address of the console for somebody signed in, with the demo tenant's own connections, views and runs. */
export async function places(page: Page): Promise<Named[]> {
  const href = async (from: string, pattern: RegExp): Promise<string> => {
    await page.goto(from)
    await settled(page)
    for (const link of await page.getByRole("main").getByRole("link").all()) {
      const to = (await link.getAttribute("href")) ?? ""
      if (pattern.test(to)) return to
    }
    throw new Error(`${from} leads nowhere that matches ${pattern}`)
  }
  const connection = await href("/connect", /^\/connect\/(?!new|flow|watches)[^/?]+$/)
  const run = await href("/agents?tab=runs", /^\/agents\/runs\/[^/]+$/)
  const view = await href("/views", /^\/views\/[^/?]+$/)
  return [
    ...["home", "discover", "connect", "ontology", "views", "agents", "ask", "admin", "guide", "help"].map(at),
    { address: "/connect/new", name: "connect-new" },
    { address: "/connect/flow", name: "flow" },
    { address: "/connect/watches", name: "watches" },
    { address: connection, name: "connection" },
    { address: `${connection}?tab=runs`, name: "connection-runs" },
    { address: "/ontology?show=table", name: "ontology-table" },
    { address: "/ontology/proposals", name: "proposals" },
    { address: "/entities/account", name: "entity" },
    { address: view, name: "view" },
    { address: "/agents?tab=findings", name: "findings" },
    { address: run, name: "run" },
    { address: "/admin?tab=audit", name: "audit" },
    { address: "/admin/account", name: "account" },
  ]
}

const at = (name: string): Named => ({ address: `/${name}`, name })
