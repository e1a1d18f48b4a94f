import { describe, expect, it } from "vitest"
import { filtersOf, whereText, withCondition } from "./where"

const read = (column: string, op: string, values: string[] = [], json_key = "") => ({ column, op, values, json_key })

describe("whereText", () => {
  it("can be read by a person", () => {
    const filters = [
      read("stage", "in", ["won", "lost"]),
      read("Tags", "eq", ["web"], "team"),
      read("amount", "is_null"),
    ]
    expect(whereText(filters)).toBe("stage:in:won,lost;Tags/team:eq:web;amount:is_null")
  })
  it("takes what findings and citations carry", () => {
    expect(whereText([{ column: "stage", op: "not_null" }])).toBe("stage:not_null")
    expect(whereText([])).toBe("")
  })
})

describe("filtersOf", () => {
  it.each([
    [[read("a:b", "eq", ["x;y", "1,5", "c:\\d/e", ""])]],
    [[read("created_at", "ge", ["2026-01-01T00:00:00Z"]), read("Tags", "is_null", [], "cost/center")]],
    [[read("name", "contains", ["Björn \\"])]],
  ])("reads back what was written: %j", (filters) => {
    expect(filtersOf(whereText(filters))).toEqual(filters)
  })
  it("leaves out what is no condition", () => {
    expect(filtersOf("")).toEqual([])
    expect(filtersOf("stage;:eq:1;amount:gt:5")).toEqual([read("amount", "gt", ["5"])])
  })
  it("takes a time that somebody typed without backslashes", () => {
    expect(filtersOf("at:lt:2026-01-01T10:30")).toEqual([read("at", "lt", ["2026-01-01T10:30"])])
  })
})

describe("withCondition", () => {
  it("adds a condition once", () => {
    const once = withCondition([], read("stage", "eq", ["won"]))
    expect(withCondition(once, read("stage", "eq", ["won"]))).toEqual(once)
    expect(withCondition(once, read("stage", "eq", ["lost"]))).toHaveLength(2)
  })
})
