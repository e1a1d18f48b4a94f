import { describe, expect, it } from "vitest"
import type { Finding, Step } from "./queries"
import { exact, figureOf, runTookMs, severitiesOf, stepTitle, stepTookMs } from "./words"

describe("figures", () => {
  it("keeps every digit of a number, and leaves text alone", () => {
    expect(exact("704215.16")).toBe("704,215.16")
    expect(exact("12345678901234567890.000001")).toBe("12,345,678,901,234,567,890.000001")
    expect(exact("2026-10-31")).toBe("2026-10-31")
  })
  it("writes a unit behind it, but none where the source names none", () => {
    expect(figureOf({ figure: "166", unit: "opportunities" })).toBe("166 opportunities")
    expect(figureOf({ figure: "1234.5", unit: "as in the source" })).toBe("1,234.5")
    expect(figureOf({ figure: "63074.181436", unit: "USD" })).toBe("63,074.18 USD")
    expect(figureOf({ figure: "", unit: "%" })).toBe("")
  })
})

it("counts severities in the order of the findings", () => {
  const findings = ["problem", "info", "problem"].map((severity) => ({ severity }) as Finding)
  expect(severitiesOf(findings)).toEqual([
    ["problem", 2],
    ["info", 1],
  ])
})

it("names a step", () => {
  expect(stepTitle("analyse:finops")).toBe("Analyse: finops")
  expect(stepTitle("sync")).toBe("Sync")
})

describe("durations", () => {
  const start_time = "2026-01-01T00:00:00Z"
  const now = Date.parse("2026-01-01T00:00:05Z")
  const step = (part: Partial<Step>) => ({ start_time, end_time: null, state: "running", ...part }) as Step
  it("goes on while under way, stops with its end, and is none before", () => {
    expect(stepTookMs(step({}), now)).toBe(5_000)
    expect(stepTookMs(step({ state: "succeeded", end_time: "2026-01-01T00:00:02Z" }), now)).toBe(2_000)
    expect(stepTookMs(step({ state: "pending", start_time: null }), now)).toBeNull()
    expect(stepTookMs(step({ state: "cancelled" }), now)).toBeNull()
  })
  it("is never negative where clocks differ", () => {
    expect(runTookMs({ create_time: "2026-01-01T00:00:09Z", end_time: null } as never, now)).toBe(0)
  })
})
