import { describe, expect, it } from "vitest"
import { extrasOf } from "../rows/row-drawer"
import { valueText } from "../rows/value"
import { chartRows, only, sorted } from "./breakdown"

describe("valueText", () => {
  it("keeps every digit and the time zone, and leaves years alone", () => {
    expect(valueText("12345678901234567890.123456", "decimal").replace(/\D/g, "")).toBe("12345678901234567890123456")
    expect(valueText(1987, "integer")).toBe("1987")
    expect(valueText("2026-09-01T00:30:00.000000Z", "timestamp")).toBe("2026-09-01 00:30 UTC")
    expect([true, "<b>"].map((value) => valueText(value, "string"))).toEqual(["yes", "<b>"])
  })
})

describe("chartRows", () => {
  it("names the groups that have no name, each by its own", () => {
    const rows = [
      { label: "won", value: "12.5" },
      { label: null, value: 3 },
      { label: "", value: 0 },
    ]
    expect(chartRows(rows).map((row) => row.label)).toEqual(["won", "(empty)", "(empty text)"])
    expect(chartRows(rows)[0]?.value).toBe(12.5)
  })
  it("writes of a date what its grain needs", () => {
    const rows = [{ label: "2026-04-01T00:00:00.000000Z", value: 1 }]
    expect(["year", "month", "day"].map((grain) => chartRows(rows, grain)[0]?.label)).toEqual([
      "2026",
      "2026-04",
      "2026-04-01",
    ])
  })
})

describe("sorted", () => {
  const rows = [
    { label: "2026-01-01", value: 1 },
    { label: "2026-02-01", value: null },
    { label: null, value: 9 },
  ]
  it("keeps rows without a date off a line over time, and groups without a figure off any chart", () => {
    expect(sorted(rows, true)).toEqual({ groups: [rows[0]], undated: rows[2] })
    expect(sorted(rows, false)).toEqual({ groups: [rows[0], rows[2]], undated: undefined })
  })
})

describe("only", () => {
  it("is the condition that finds the group's rows", () => {
    const tags = { column: "Tags", json_key: "team" }
    expect(only(tags, "web")).toEqual({ ...tags, op: "eq", values: ["web"] })
    expect(only(tags, null)).toEqual({ ...tags, op: "is_null", values: [] })
    expect(only({ column: "is_active" }, false)).toMatchObject({ op: "eq", values: ["false"] })
  })
})

describe("extrasOf", () => {
  it("reads an object, and shows anything else as it is", () => {
    expect(extrasOf('{"Customer since":"2021"}')).toEqual({ "Customer since": "2021" })
    expect(extrasOf("[oops")).toEqual({ value: "[oops" })
    expect(extrasOf("3")).toEqual({ value: 3 })
  })
})
