import { tmpdir } from "node:os"
import { join } from "node:path"
import { defineConfig } from "@playwright/test"
import chromium from "@sparticuz/chromium"

/** Set by tests/integration/test_console.py, which starts the platform; by hand: the address that `aos up` prints. */
const baseURL = process.env.AOS_URL ?? "http://127.0.0.1:8080"

export default defineConfig({
  testDir: "tests",
  outputDir: join(tmpdir(), `aos-console-${process.pid}`),
  timeout: 480_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL,
    actionTimeout: 60_000,
    viewport: { width: 1280, height: 900 },
    // A colour on its way from one theme to the other is neither.
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: { executablePath: await chromium.executablePath(), args: ["--no-sandbox"] },
  },
})
