import { expect, it } from "vitest"
import { columnsWorth, conditionWords } from "./rows-words"

it.each([
  [{ column: "stage", op: "eq", values: ["won"] }, "stage is won"],
  [{ column: "Tags", op: "is_null", values: [], json_key: "team" }, "Tags/team is empty"],
  [{ column: "name", op: "in", values: ["a", "b", "c", "d", "e", "f"] }, "name is one of a, b, c, d and 2 more"],
  [{ column: "x", op: "like", values: ["y"] }, "x like y"],
])("says %j", (condition, words) => {
  expect(conditionWords(condition)).toBe(words)
})

it("shows what differs first and what the conditions hold to one value last, and nothing internal", () => {
  const rows = [{ _entity_id: "1", a: null, b: "x", stage: null, c: 0, date: "2026-01-01" }]
  const conditions = [
    { column: "stage", op: "is_null" },
    { column: "date", op: "ge" },
    { column: "gone", op: "eq" },
  ]
  expect(columnsWorth(rows, conditions)).toEqual(["date", "b", "c", "stage"])
})

it("begins with what the figure's formula counts", () => {
  const rows = [{ id: "1", amount: "5", amount_eur: "4", stage: "won" }]
  const conditions = [{ column: "stage", op: "eq" }]
  expect(columnsWorth(rows, conditions, "sum of amount")).toEqual(["amount", "id", "amount_eur", "stage"])
})

it("shows seven columns at most", () => {
  const rows = [Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`c${at}`, at]))]
  const conditions = ["c9", "c10", "c11"].map((column) => ({ column, op: "eq" }))
  expect(columnsWorth(rows, conditions)).toEqual(["c0", "c1", "c2", "c3", "c4", "c9", "c10"])
})
