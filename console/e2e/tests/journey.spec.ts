import { expect, test } from "@playwright/test"
import { settled } from "./pages"

/** A folder of exports that the platform may read; the demo's example company has one. */
const folder = process.env.AOS_EXAMPLE ?? ""
const RUN_MS = 120_000

test("a newcomer goes from signing up to an answer without leaving the console", async ({ page }) => {
  expect(folder, "AOS_EXAMPLE names a folder of exports").not.toBe("")

  await test.step("sign up", async () => {
    await page.goto("/")
    await page.getByRole("link", { name: "Create a tenant" }).click()
    await page.getByLabel("Name of your company or team").fill("Newcomers")
    await page.getByLabel("E-mail address").fill(`${crypto.randomUUID()}@example.com`)
    await page.getByLabel("Password").fill("a sentence that nobody guesses")
    await page.getByRole("button", { name: "Create" }).click()
    await expect(page).toHaveURL(/\/home$/)
  })

  await test.step("discover: the home page leads there", async () => {
    await page.getByRole("link", { name: "Go to Discover" }).click()
    await page.getByRole("button", { name: "Start a scan" }).first().click()
    await page.getByRole("textbox", { name: "Place" }).fill(folder)
    await page.getByRole("button", { name: "Start the scan" }).click()
    await page.getByRole("tab", { name: "Findings (1 to decide)" }).click()
    await expect(page.getByRole("list", { name: "Findings", exact: true }).getByRole("listitem")).toHaveCount(1)
  })

  await test.step("approve, by keyboard", async () => {
    await page.getByRole("list", { name: "Findings", exact: true }).getByRole("button").focus()
    await page.keyboard.press("a")
    await expect(page.getByRole("list", { name: "Findings", exact: true }).getByRole("listitem")).toHaveCount(0)
    await page.getByRole("link", { name: "See the connections" }).click()
    await expect(page.getByRole("table").getByText("Active", { exact: true })).toBeVisible()
  })

  await test.step("sync: a run reads, unifies and analyses", async () => {
    await page.goto("/agents?tab=runs")
    await settled(page)
    await page.getByRole("button", { name: "Start a run" }).first().click()
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await expect(page).toHaveURL(/\/agents\/runs\//)
    await expect(page.getByText("Succeeded", { exact: true }).first()).toBeVisible({ timeout: RUN_MS })
  })

  await test.step("Sankey: from the connection to the agent", async () => {
    await page.goto("/ontology")
    await settled(page)
    expect(await page.locator("[data-node]").count()).toBeGreaterThanOrEqual(4)
    await page.locator("[data-node]").first().press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.getByRole("dialog")).toBeVisible()
  })

  await test.step("finding: with the rows behind it", async () => {
    await page.goto("/agents?tab=findings")
    await settled(page)
    await page.getByRole("main").getByRole("listitem").getByRole("link").first().click()
    await expect(page.getByRole("dialog").getByRole("table").first()).toBeVisible()
  })

  await test.step("question: an answer whose citation opens to rows", async () => {
    await page.goto("/ask?question=what did we spend on compute last month, by service")
    await expect(page.getByRole("button", { name: /citation 1|^1$/i }).first()).toBeVisible({ timeout: 60_000 })
    await page
      .getByRole("button", { name: /citation 1|^1$/i })
      .first()
      .click()
    await expect(page.getByRole("dialog").getByRole("table").first()).toBeVisible()
  })
})
