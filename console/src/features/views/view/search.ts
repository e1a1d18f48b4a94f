/** What the address of a view says: which columns, in which order, and how its figures are split. */
import type { Schemas } from "@/api/client"
import type { ColumnOut } from "../queries"

type Order = Schemas["dcl"]["OrderBody"]
type Group = Schemas["dcl"]["GroupBody"]
type Measure = Schemas["dcl"]["MeasureBody"]

export const GRAINS = ["day", "week", "month", "quarter", "year"] as const
export const MEASURES = { sum: "Sum", avg: "Average", min: "Least", max: "Most", count_distinct: "Distinct" } as const

const FIRST_COLUMNS = 8

/**
 * Columns to show: those asked for; else, of the columns that some source fills, the first and those that metrics use,
 * in the ontology's order.
 */
export function columnsShown(
  asked: string,
  columns: readonly ColumnOut[],
  filled: ReadonlySet<string>,
  used: ReadonlySet<string>,
): ColumnOut[] {
  const chosen = asked.split(",").filter(Boolean)
  if (chosen.length) return chosen.flatMap((name) => columns.find((column) => column.name === name) ?? [])
  const plain = columns.filter((column) => !column.name.startsWith("_"))
  const some = plain.filter((column) => filled.has(column.name))
  const useful = some.length ? some : plain
  const rank = (column: ColumnOut) => (column === useful[0] ? 0 : used.has(column.name) ? 1 : 2)
  const first = useful.toSorted((a, b) => rank(a) - rank(b)).slice(0, FIRST_COLUMNS)
  return useful.filter((column) => first.includes(column))
}

/** `-amount` sorts by amount, the largest first. */
export function orderOf(text: string): Order[] {
  if (!text) return []
  return text.startsWith("-") ? [{ column: text.slice(1), descending: true }] : [{ column: text, descending: false }]
}

/** The order after a press on a heading: up, down, none. */
export function orderAfter(text: string, column: string): string {
  if (text === column) return `-${column}`
  return text === `-${column}` ? "" : column
}

/** `stage`, `close_date:month` or `Tags/team`; the group's value comes back as `label`. */
export function groupOf(text: string): Group | null {
  if (!text || text === "none") return null
  const [place = "", grain = ""] = text.split(":")
  const [column = "", json_key = ""] = place.split("/")
  return { column, json_key, grain, name: "label" }
}

/** `count`, or `sum:amount`; the figure comes back as `value`. */
export function measureOf(text: string): Measure {
  const [op = "", column = ""] = text.split(":")
  return op in MEASURES && column ? { op, column, name: "value" } : { op: "count", column: "", name: "value" }
}

export const isNumber = (type: string) => type === "integer" || type === "decimal"
export const isDate = (type: string) => type === "date" || type === "timestamp"

/** The conditions that make sense for a column's type, as the API names them, with words. */
export function operatorsFor(type: string): [string, string][] {
  const has: [string, string][] = [
    ["not_null", "has a value"],
    ["is_null", "is empty"],
  ]
  const same: [string, string][] = [
    ["eq", "is"],
    ["ne", "is not"],
  ]
  if (type === "boolean") return [...same, ...has]
  if (isNumber(type) || isDate(type)) {
    const [less, more] = isDate(type) ? ["before", "after"] : ["less than", "more than"]
    return [...same, ["lt", less], ["le", `${less}, or equal`], ["gt", more], ["ge", `${more}, or equal`], ...has]
  }
  return [...same, ["contains", "contains"], ["in", "is one of"], ...has]
}

const NO_VALUE = new Set(["is_null", "not_null"])
export const wantsValue = (op: string) => !NO_VALUE.has(op)

/** A condition in words: "stage is one of won, lost". */
export function conditionText(type: string, filter: Schemas["dcl"]["FilterBody"]): string {
  const word = operatorsFor(type).find(([op]) => op === filter.op)?.[1] ?? filter.op
  const name = filter.json_key ? `${filter.column} ${filter.json_key}` : filter.column
  return [name, word, (filter.values ?? []).join(", ")].filter(Boolean).join(" ")
}
