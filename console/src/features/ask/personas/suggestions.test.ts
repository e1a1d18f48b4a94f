import { expect, it } from "vitest"
import type { Metric } from "../../views/metrics/metric"
import type { Citation, Summary } from "../answer"
import { suggestions } from "./suggestions"

const metric = (name: string, view: string, personas: string[], dimensions: string[]) =>
  ({ name, title: name, view, personas, dimensions: dimensions.map((title) => ({ title })) }) as unknown as Metric
const cites = (name: string) => [{ citations: [{ metric: name } as Citation] } as Summary]
const metrics = [
  metric("accounts", "account", ["cro"], ["city"]),
  metric("bookings", "opportunity", ["cfo"], ["stage", "seller"]),
  metric("spend", "cloud_cost", ["cfo"], ["service", "team"]),
]

it("asks what stands behind a persona's figures first, and never about a view without rows", () => {
  const filled = new Set(["account", "opportunity"])
  expect(suggestions({ persona: "cfo", summaries: cites("bookings"), metrics, filled })).toEqual([
    "Bookings by seller",
    "What did the agents find?",
    "Which connections are failing?",
  ])
})

it("has a question also where there is no data at all", () => {
  const found = suggestions({ persona: "cto", summaries: [], metrics, filled: new Set() })
  expect(found).toHaveLength(3)
})

it("offers at most six, each once", () => {
  const many = Array.from({ length: 9 }, (_, at) => metric(`m${at}`, `v${at}`, ["cro"], ["a", "b"]))
  const found = suggestions({ persona: "", summaries: [], metrics: many, filled: new Set(many.map((one) => one.view)) })
  expect(found).toHaveLength(6)
  expect(new Set(found).size).toBe(6)
})
