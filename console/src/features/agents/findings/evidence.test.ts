import { expect, it } from "vitest"
import { columnsOf } from "./evidence"

it("makes a column for each name, in order, and knows numbers from text", () => {
  const columns = columnsOf([
    { owner: "Ada", won: 34, amount: "450311.13" },
    { owner: "Bo", won: null, amount: "9", region: "2026-01-01" },
  ])
  expect(columns.map(({ id, numeric }) => [id, numeric])).toEqual([
    ["owner", false],
    ["won", true],
    ["amount", true],
    ["region", false],
  ])
  const line = { at: 0, cells: { owner: "Ada", won: null, amount: "450311.13" } }
  expect(columns[2]?.value?.(line)).toBe(450311.13)
  expect(columns[2]?.cell?.(line)).toBe("450,311.13")
  expect(columns[1]?.cell?.(line)).toBe("–")
})
