import { describe, expect, it } from "vitest"
import {
  columnsShown,
  conditionText,
  groupOf,
  measureOf,
  operatorsFor,
  orderAfter,
  orderOf,
  wantsValue,
} from "./search"

const columns = ["_entity_id", "id", "name", "phone", "_records"].map((name) => ({
  name,
  type: "string",
  description: "",
}))
const names = (asked: string, filled: string[]) =>
  columnsShown(asked, columns, new Set(filled), new Set()).map((one) => one.name)

describe("columnsShown", () => {
  it("shows what is asked for, in that order, and nothing unknown", () => {
    expect(names("name,odd,_records", [])).toEqual(["name", "_records"])
  })
  it("shows the columns that a source fills, or all of the entity's when none is known to", () => {
    expect(names("", ["name", "phone"])).toEqual(["name", "phone"])
    expect(names("", [])).toEqual(["id", "name", "phone"])
  })
})

describe("columnsShown with many", () => {
  it("prefers what metrics use, and keeps the first and the order", () => {
    const many = [..."abcdefghijkl"].map((name) => ({ name, type: "string", description: "" }))
    const shown = columnsShown("", many, new Set([..."abcdefghijkl"]), new Set(["l", "k", "j"]))
    expect(shown.map((one) => one.name).join("")).toBe("abcdejkl")
  })
})

describe("order", () => {
  it("reads up and down", () => {
    expect(orderOf("-amount")).toEqual([{ column: "amount", descending: true }])
    expect(orderOf("amount")).toEqual([{ column: "amount", descending: false }])
    expect(orderOf("")).toEqual([])
  })
  it("goes up, down and away by one heading, and up by another", () => {
    expect(["", "a", "-a", "b"].map((now) => orderAfter(now, "a"))).toEqual(["a", "-a", "", "a"])
  })
})

describe("figures", () => {
  it("reads columns, grains and keys", () => {
    expect(groupOf("close_date:month")).toMatchObject({ column: "close_date", grain: "month" })
    expect(groupOf("Tags/team")).toMatchObject({ column: "Tags", json_key: "team" })
    expect([groupOf(""), groupOf("none")]).toEqual([null, null])
  })
  it("counts rows unless it knows what else to do", () => {
    expect(measureOf("sum:amount")).toEqual({ op: "sum", column: "amount", name: "value" })
    for (const text of ["", "count", "sum", "drop:amount"]) expect(measureOf(text).op).toBe("count")
  })
})

describe("conditions", () => {
  it("fit the column's type", () => {
    expect(operatorsFor("string").map(([op]) => op)).toContain("contains")
    expect(operatorsFor("decimal").map(([op]) => op)).not.toContain("contains")
    expect(operatorsFor("date")).toContainEqual(["lt", "before"])
    expect([wantsValue("is_null"), wantsValue("eq")]).toEqual([false, true])
  })
  it("read as a sentence", () => {
    const filter = { column: "stage", op: "in", values: ["won", "lost"], json_key: "" }
    expect(conditionText("enum", filter)).toBe("stage is one of won, lost")
    expect(conditionText("json", { column: "Tags", op: "is_null", values: [], json_key: "team" })).toBe(
      "Tags team is empty",
    )
  })
})
