import { expect, test } from "@playwright/test"
import { settled, signIn } from "./pages"

const LIVE_MS = 30_000
const SLACK_MS = 2_000

/** The process that serves live events: `aos status` tells it as aoa's. */
const feed = Number(process.env.AOS_FEED_PID)

test("live badge: grey within 30 s of the feed stopping, green again without a reload", async ({ page }) => {
  expect(feed, "AOS_FEED_PID names the process that serves live events").toBeGreaterThan(1)
  await signIn(page)
  await page.goto("/connect/flow")
  await settled(page)
  await expect(page.getByText("Live", { exact: true })).toBeVisible()
  await page.evaluate(() => {
    document.body.dataset.loaded = "once"
  })
  process.kill(feed, "SIGSTOP")
  try {
    await expect(page.getByText("Not live", { exact: true })).toBeVisible({ timeout: LIVE_MS + SLACK_MS })
  } finally {
    process.kill(feed, "SIGCONT")
  }
  await expect(page.getByText("Live", { exact: true })).toBeVisible({ timeout: LIVE_MS })
  expect(await page.evaluate(() => document.body.dataset.loaded)).toBe("once")
})
