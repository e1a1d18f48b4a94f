import { expect, it } from "vitest"
import { chartRows, derivation, standing } from "./shown"

it("draws one series and leaves out what has no value", () => {
  const chart = (...values: string[][]) => ({
    kind: "bar",
    labels: ["a", "b"],
    unit: "USD",
    series: values.map((one) => ({ name: "", values: one })),
  })
  expect(chartRows(chart(["1.5", ""]))).toEqual([{ label: "a", value: 1.5 }])
  expect(chartRows(chart(["1", "2"], ["3", "4"]))).toEqual([])
})

it("lets stand alone what the table does not tell", () => {
  const figure = (name: string) => ({ name, display: "", citations: [], derived: "", of: [] })
  const table = { columns: ["team", "cost"], rows: [{ cells: ["web", "5"], citation: 2 }], truncated: false }
  const figures = [figure("total"), figure("web"), figure("web share")]
  const found = standing({ reading: "", figures, table, chart: null })
  expect(found.map((one) => one.name)).toEqual(["total", "web share"])
})

it("says how a figure follows from others", () => {
  const figure = { name: "data share", display: "22.70 %", citations: [], derived: "share", of: ["data", "total"] }
  expect(derivation(figure)).toBe("data of total")
  expect(derivation({ ...figure, derived: "", of: [] })).toBe("")
})
