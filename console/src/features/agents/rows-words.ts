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

/** "stage is won", "Tags/team is empty", "stage is one of won, lost". */
export function conditionWords({ column, op, values = [], json_key = "" }: Condition): string {
  const name = json_key ? `${column}/${json_key}` : column
  const more = values.length > NAMED ? ` and ${values.length - NAMED} more` : ""
  return [name, OPS[op] ?? op, values.slice(0, NAMED).join(", ")].filter(Boolean).join(" ") + more
}

type Cells = Readonly<Record<string, unknown>>

/** The columns that the conditions name, then those that have a value, a handful in all. */
export function columnsWorth(rows: readonly Cells[], conditions: readonly Condition[]): string[] {
  const names = Object.keys(rows[0] ?? {}).filter((name) => !name.startsWith("_"))
  const named = [...new Set(conditions.map((one) => one.column))].filter((name) => names.includes(name))
  const filled = names.filter((name) => rows.some((row) => row[name] !== null && row[name] !== ""))
  return [...new Set([...named, ...filled])].slice(0, MOST_COLUMNS)
}
