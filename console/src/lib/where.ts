/**
 * Conditions on a view's rows, as text for the address bar: `stage:eq:won;close_date:lt:2026-01-01`.
 *
 * A condition is `column:op:value,value`; a key inside a json column is `Tags/team`. A backslash stands before any of
 * `:;,/\` that belongs to a name or value. Link to rows with `search={{ where: whereText(filters) }}`.
 */
import type { Schemas } from "@/api/client"

export type Filter = Schemas["dcl"]["FilterBody"]

/** The part of a filter that a link needs; citations and findings have it. */
export type Condition = { column: string; op: string; values?: string[]; json_key?: string }

export function whereText(filters: readonly Condition[]): string {
  return filters
    .map(({ column, op, values = [], json_key = "" }) => {
      const name = json_key ? `${quoted(column)}/${quoted(json_key)}` : quoted(column)
      return values.length ? `${name}:${quoted(op)}:${values.map(quoted).join(",")}` : `${name}:${quoted(op)}`
    })
    .join(";")
}

/** Read conditions back; what is no condition is left out. */
export function filtersOf(text: string): Filter[] {
  return split(text, ";").flatMap((condition) => {
    const [name = "", op = "", ...rest] = split(condition, ":")
    const [column = "", json_key = ""] = split(name, "/").map(plain)
    if (!column || !op) return []
    const values = rest.length ? split(rest.join(":"), ",").map(plain) : []
    return [{ column, op: plain(op), values, json_key }]
  })
}

/** Conditions with one more, unless it is there already. */
export function withCondition(filters: readonly Filter[], more: Filter): Filter[] {
  const text = whereText([more])
  return filters.some((one) => whereText([one]) === text) ? [...filters] : [...filters, more]
}

function quoted(text: string): string {
  return text.replace(/[\\:;,/]/g, "\\$&")
}

function plain(text: string): string {
  return text.replace(/\\(.)/gs, "$1")
}

/** Split at a separator that no backslash stands before; the parts keep their backslashes. */
function split(text: string, at: string): string[] {
  const parts = [""]
  for (const piece of text.match(/\\.|[^\\]|\\$/gs) ?? []) {
    if (piece === at) parts.push("")
    else parts[parts.length - 1] += piece
  }
  return parts
}
