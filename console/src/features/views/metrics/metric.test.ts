import { describe, expect, it } from "vitest"
import { columnsUsed, dimensionsOf, readMetrics } from "./metric"

const dimension = (name: string, column = name, json_key = "") => ({ name, title: name, column, json_key })
const metrics = readMetrics({
  metrics: [
    {
      name: "bookings",
      view: "opportunity",
      unit: "",
      dimensions: [dimension("seller", "owner_name"), dimension("stage")],
    },
    { name: "win_rate", view: "opportunity", unit: "%", dimensions: [dimension("stage"), dimension("product")] },
    {
      name: "cost",
      view: "cloud_cost",
      dimensions: [dimension("team", "Tags", "team"), dimension("unit", "Tags", "unit")],
    },
  ],
})

describe("readMetrics", () => {
  it("reads what is told, and makes the rest empty", () => {
    expect(metrics[1]).toMatchObject({ name: "win_rate", unit: "%", formula: "", synonyms: [] })
    expect(readMetrics({})).toEqual([])
  })
})

describe("dimensionsOf", () => {
  it("gives each dimension of a view once, the most used first", () => {
    expect(dimensionsOf(metrics, "opportunity").map((one) => one.name)).toEqual(["stage", "seller", "product"])
  })
  it("tells keys of one json column apart", () => {
    expect(dimensionsOf(metrics, "cloud_cost").map((one) => one.jsonKey)).toEqual(["team", "unit"])
    expect(dimensionsOf(metrics, "none")).toEqual([])
  })
})

describe("columnsUsed", () => {
  it("knows what metrics count, date and split by", () => {
    const [one] = readMetrics({
      metrics: [
        {
          view: "deal",
          formula: "sum of amount where stage = won",
          time_column: "closed",
          dimensions: [dimension("x", "owner")],
        },
      ],
    })
    const used = columnsUsed(one ? [one] : [], "deal")
    expect(["amount", "stage", "closed", "owner"].every((name) => used.has(name))).toBe(true)
    expect(used.has("phone")).toBe(false)
  })
})
