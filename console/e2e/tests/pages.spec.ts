import { mkdirSync } from "node:fs"
import { join } from "node:path"
import AxeBuilder from "@axe-core/playwright"
import { expect, type Page, test } from "@playwright/test"
import { complaints, places, settled, signIn } from "./pages"

const THEMES = ["light", "dark"] as const
const WIDTHS = [1280, 390]
/** A folder for pictures of every page; docs/images is made so. */
const pictures = process.env.AOS_PICTURES

async function look(page: Page, address: string, name: string): Promise<string[]> {
  const wrong: string[] = []
  await page.goto(address)
  await settled(page)
  if (!/^AOS \S/.test(await page.title())) wrong.push(`${address}: the title is "${await page.title()}"`)
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme })
    await page.evaluate((chosen) => {
      document.documentElement.dataset.theme = chosen
    }, theme)
    const { violations } = await new AxeBuilder({ page }).analyze()
    wrong.push(
      ...violations.map((one) => `${address} (${theme}): ${one.id}: ${one.nodes.map((n) => n.html).join(" ")}`),
    )
    if (pictures) {
      mkdirSync(pictures, { recursive: true })
      await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) })
    }
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    // What measures itself is drawn again a moment after the window has changed.
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    await expect
      .poll(wide, { timeout: 3_000 })
      .toBeLessThanOrEqual(0)
      .catch(() => undefined)
    if ((await wide()) > 0) wrong.push(`${address}: ${await wide()} px wider than a window of ${width} px`)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  return wrong
}

test("pages outside: no axe violation in either theme, nothing overflows", async ({ page }) => {
  const complained = complaints(page)
  const wrong: string[] = []
  for (const name of ["sign-up", "invitation", "reset", "sign-in"]) wrong.push(...(await look(page, `/${name}`, name)))
  expect(wrong).toEqual([])
  // Nobody is signed in: the one question whether somebody is was answered with 401.
  expect(complained.filter((text) => !text.includes("401"))).toEqual([])
})

test("pages inside: no axe violation in either theme, nothing overflows, nothing is empty", async ({ page }) => {
  await signIn(page)
  const complained = complaints(page)
  const wrong: string[] = []
  for (const { address, name } of await places(page)) {
    wrong.push(...(await look(page, address, name)))
    const alerts = await page.getByRole("alert").allTextContents()
    wrong.push(...alerts.map((text) => `${address}: ${text}`))
  }
  expect(wrong).toEqual([])
  expect(complained).toEqual([])
})
