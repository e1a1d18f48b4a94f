import { describe, expect, it } from "vitest"
import { chartRows } from "./breakdown"
import { extrasOf } from "./row-drawer"
import { valueText } from "./value"

describe("valueText", () => {
  it("keeps every digit and the time zone, and leaves years alone", () => {
    expect(valueText("12345678901234567890.123456", "decimal").replace(/\D/g, "")).toBe("12345678901234567890123456")
    expect(valueText(1987, "integer")).toBe("1987")
    expect(valueText("2026-09-01T00:30:00.000000Z", "timestamp")).toBe("2026-09-01 00:30 UTC")
    expect([true, "<b>"].map((value) => valueText(value, "string"))).toEqual(["yes", "<b>"])
  })
})

describe("chartRows", () => {
  it("names the group that has no name, and leaves out groups without a figure", () => {
    const rows = [
      { label: "won", value: "12.5" },
      { label: null, value: 3 },
      { label: "lost", value: null },
    ]
    expect(chartRows(rows)).toEqual([
      { label: "won", value: 12.5 },
      { label: "(empty)", value: 3 },
    ])
  })
})

describe("extrasOf", () => {
  it("reads an object, and shows anything else as it is", () => {
    expect(extrasOf('{"Customer since":"2021"}')).toEqual({ "Customer since": "2021" })
    expect(extrasOf("[oops")).toEqual({ value: "[oops" })
    expect(extrasOf("3")).toEqual({ value: 3 })
  })
})
