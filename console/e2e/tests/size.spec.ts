import { gzipSync } from "node:zlib"
import { expect, test } from "@playwright/test"
import { signIn } from "./pages"

const LIMIT = 200_000
/** A file that fits a packet is not worth compressing. */
const SMALL = 1_400

test("first load: everything that the first screen needs is small, compressed and kept", async ({ page }) => {
  let bytes = 0
  const wrong: string[] = []
  page.on("response", async (answer) => {
    const { pathname } = new URL(answer.url())
    if (pathname.startsWith("/api/") || pathname.endsWith(".woff2")) return
    const body = await answer.body().catch(() => Buffer.alloc(0))
    bytes += gzipSync(body).length
    const headers = await answer.allHeaders()
    if (/\.(js|css)$/.test(pathname) && body.length > SMALL && !headers["content-encoding"])
      wrong.push(`${pathname} is not compressed`)
    if (pathname.startsWith("/assets/") && !headers["cache-control"]?.includes("immutable"))
      wrong.push(`${pathname} is not kept`)
  })
  await signIn(page)
  await page.waitForLoadState("networkidle")
  console.log(`first load: ${(bytes / 1000).toFixed(0)} kB gzipped, fonts apart`)
  expect(wrong).toEqual([])
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(LIMIT)
})
