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

it("shows what the conditions name first, then what holds values, and nothing internal", () => {
  const rows = [{ _entity_id: "1", a: null, b: "x", stage: null, c: 0 }]
  expect(
    columnsWorth(rows, [
      { column: "stage", op: "is_null" },
      { column: "gone", op: "eq" },
    ]),
  ).toEqual(["stage", "b", "c"])
})
