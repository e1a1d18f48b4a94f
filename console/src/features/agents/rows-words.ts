/** Conditions on rows in words, and which columns of rows are worth a look. */
import type { Condition } from "@/lib/where"

const OPS: Record<string, string> = {
  eq: "is",
  ne: "is not",
  lt: "is before or below",
  le: "is at most",
  gt: "is after or above",
  ge: "is at least",
  in: "is one of",
  contains: "contains",
  is_null: "is empty",
  not_null: "has a value",
}
const NAMED = 4
const MOST_COLUMNS = 7
const MOST_CONSTANT = 2

/** "stage is won", "Tags/team is empty", "stage is one of won, lost". */
export function conditionWords({ column, op, values = [], json_key = "" }: Condition): string {
  const name = json_key ? `${column}/${json_key}` : column
  const more = values.length > NAMED ? ` and ${values.length - NAMED} more` : ""
  return [name, OPS[op] ?? op, values.slice(0, NAMED).join(", ")].filter(Boolean).join(" ") + more
}

type Cells = Readonly<Record<string, unknown>>

/** Conditions under which every row holds the same. */
const CONSTANT = ["eq", "is_null"]

/** The columns that a formula such as "sum of amount" names. */
function counted(names: readonly string[], formula: string): string[] {
  const words = new Set(formula.match(/\w+/g))
  return names.filter((name) => words.has(name))
}

/**
 * A handful of columns: those that the figure's formula counts, those in which rows differ under the conditions, then others that have a value, and at the end
 * two of those that the conditions hold to one value, to see that they do.
 */
export function columnsWorth(rows: readonly Cells[], conditions: readonly Condition[], formula = ""): string[] {
  const names = Object.keys(rows[0] ?? {}).filter((name) => !name.startsWith("_"))
  const known = conditions.filter((one) => names.includes(one.column))
  const same = known.filter((one) => CONSTANT.includes(one.op) && !one.json_key).map((one) => one.column)
  const differ = known.map((one) => one.column).filter((name) => !same.includes(name))
  const filled = names.filter((name) => rows.some((row) => row[name] !== null && row[name] !== ""))
  const first = counted(names, formula).filter((name) => !same.includes(name))
  const others = [...first, ...differ, ...filled.filter((name) => !same.includes(name))]
  const last = [...new Set(same)].slice(0, MOST_CONSTANT)
  return [...[...new Set(others)].slice(0, MOST_COLUMNS - last.length), ...last]
}
