import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Chart, type ChartRow } from "@/components/chart"
import { Card } from "@/components/ui/card"
import { SelectField } from "@/components/ui/field"
import { formatNumber, formatWord } from "@/lib/format"
import { type Filter, whereText, withCondition } from "@/lib/where"
import type { Attribute } from "../../ontology/queries"
import type { Dimension } from "../metrics/metric"
import { type ColumnOut, groupsQuery, type Row } from "../queries"
import { GRAINS, groupOf, isDate, isNumber, MEASURES, measureOf } from "./search"

const BARS = 20
const POINTS = 1_000

type Props = {
  view: string
  columns: ColumnOut[]
  attributes: Attribute[]
  dimensions: Dimension[]
  filters: Filter[]
  snapshot: number
  group: string
  measure: string
  onChange: (part: { group?: string; measure?: string; where?: string }) => void
}

/** A figure of the rows that meet the conditions, split by a column and drawn. */
export function Breakdown({
  view,
  columns,
  attributes,
  dimensions,
  filters,
  snapshot,
  group,
  measure,
  onChange,
}: Props) {
  const by = groupOf(group)
  const asked = measureOf(measure)
  const unit = unitOf(asked, attributes, columns)
  const isTime = isDate(columns.find((column) => column.name === by?.column)?.type ?? "")
  return (
    <Card title="Figures">
      <div className="mb-4 flex flex-wrap gap-3">
        <SelectField
          label="Figure"
          className="w-full sm:w-64"
          value={measure || "count"}
          onChange={(event) => onChange({ measure: event.target.value })}
          options={measuresFor(columns)}
        />
        <SelectField
          label="Split by"
          className="w-full sm:w-64"
          value={group || "none"}
          onChange={(event) => onChange({ group: event.target.value })}
          options={groupsFor(columns, dimensions, group)}
        />
      </div>
      {by ? (
        <Drawn
          {...{ view, filters, snapshot, unit, isTime, by, asked }}
          onPick={(filter) => onChange({ where: whereText(withCondition(filters, filter)) })}
          title={`${measureText(asked)} by ${groupText(by)}`}
        />
      ) : (
        <p className="text-sm text-muted">Choose a column to split by, and the figures are drawn here.</p>
      )}
    </Card>
  )
}

type DrawnProps = Pick<Props, "view" | "filters" | "snapshot"> & {
  unit: string
  isTime: boolean
  by: NonNullable<ReturnType<typeof groupOf>>
  asked: ReturnType<typeof measureOf>
  title: string
  onPick: (filter: Filter) => void
}

function Drawn({ view, filters, snapshot, unit, isTime, by, asked, title, onPick }: DrawnProps) {
  const order_by = isTime ? [{ column: "label", descending: false }] : [{ column: "value", descending: true }]
  const body = { group_by: [by], measures: [asked], filters, order_by, limit: isTime ? POINTS : BARS, snapshot }
  const groups = useQuery({ ...groupsQuery(view, body), placeholderData: keepPreviousData })
  return (
    <Async query={groups} lines={6}>
      {(told) => {
        const { groups, undated } = sorted(told.rows, isTime)
        if (groups.length === 0)
          return <p className="text-sm">No row meets these conditions: there is nothing to draw.</p>
        const pick = isTime ? {} : { onPick: (at: number) => onPick(only(by, groups[at]?.label)) }
        return (
          <>
            <Chart
              {...{ title, unit, ...pick }}
              rows={chartRows(groups, by.grain)}
              kind={isTime ? "line" : "bar"}
              name={groupText(by)}
            />
            {undated && (
              <p className="text-xs text-muted">
                Without {by.column}: {formatNumber(Number(undated.value))}
              </p>
            )}
            {!isTime && <p className="text-xs text-muted">Choose a bar to see its rows only.</p>}
            {told.truncated && (
              <p className="text-xs text-muted">
                The {isTime ? "first" : "largest"} {groups.length} are shown.
              </p>
            )}
          </>
        )
      }}
    </Async>
  )
}

/** The groups that have a figure; over time, the one without a date stands apart: it has no place on the line. */
export function sorted(rows: readonly Row[], isTime: boolean): { groups: Row[]; undated: Row | undefined } {
  const figured = rows.filter((row) => row.value !== null && row.value !== undefined)
  if (!isTime) return { groups: figured, undated: undefined }
  return { groups: figured.filter((row) => row.label !== null), undated: figured.find((row) => row.label === null) }
}

/** The condition that a row belongs to a group. */
export function only({ column, json_key = "" }: { column: string; json_key?: string }, label: Row[string] | undefined) {
  const empty = label === null || label === undefined
  return { column, op: empty ? "is_null" : "eq", values: empty ? [] : [String(label)], json_key }
}

/** How much of an ISO 8601 date a grain needs. */
const LENGTHS: Record<string, number> = { year: 4, quarter: 7, month: 7, week: 10, day: 10 }

/** A group without a name is "empty"; a date is as long as its grain. */
export function chartRows(groups: readonly Row[], grain = ""): ChartRow[] {
  return groups.map((row) => ({ label: labelText(row.label, grain), value: Number(row.value) }))
}

function labelText(label: Row[string] | undefined, grain: string): string {
  if (label === null || label === undefined) return "(empty)"
  return label === "" ? "(empty text)" : String(label).slice(0, LENGTHS[grain])
}

/** The unit of a figure; an attribute may name the column that holds it, which then differs from row to row. */
function unitOf({ op, column = "" }: { op: string; column?: string }, attributes: Attribute[], columns: ColumnOut[]) {
  if (op === "count" || op === "count_distinct") return ""
  const unit = attributes.find((one) => one.name === column)?.unit ?? ""
  return columns.some((one) => one.name === unit) ? `as in ${unit}` : unit
}

function measuresFor(columns: ColumnOut[]): [string, string][] {
  const numbers = columns.filter((column) => isNumber(column.type) && !column.name.startsWith("_"))
  const named = numbers.flatMap(({ name }) =>
    (["sum", "avg", "min", "max"] as const).map((op): [string, string] => [
      `${op}:${name}`,
      `${MEASURES[op]} of ${name}`,
    ]),
  )
  const distinct = columns.filter((column) => column.type === "string" && !column.name.startsWith("_"))
  return [
    ["count", "Rows"],
    ...named,
    ...distinct.map(({ name }): [string, string] => [`count_distinct:${name}`, `Distinct ${name}`]),
  ]
}

/** What the metrics are split by comes first, then dates by grain, then every other column. */
function groupsFor(columns: ColumnOut[], dimensions: Dimension[], chosen: string): [string, string][] {
  const known = dimensions.map(({ column, jsonKey, title }): [string, string] => {
    return [jsonKey ? `${column}/${jsonKey}` : column, formatWord(title)]
  })
  const dates = columns
    .filter((column) => isDate(column.type))
    .flatMap(({ name }) => GRAINS.map((grain): [string, string] => [`${name}:${grain}`, `${name} by ${grain}`]))
  const others = columns
    .filter(({ name, type }) => !name.startsWith("_") && !isDate(type) && type !== "json")
    .map(({ name }): [string, string] => [name, name])
  const all: [string, string][] = [["none", "Nothing"], ...known, ...dates, ...others]
  const once = all.filter(([value], at) => all.findIndex(([other]) => other === value) === at)
  return chosen && !once.some(([value]) => value === chosen) ? [...once, [chosen, chosen]] : once
}

function measureText({ op, column }: { op: string; column?: string }): string {
  return op === "count" ? "Rows" : `${MEASURES[op as keyof typeof MEASURES]} of ${column}`
}

function groupText({ column, json_key, grain }: { column: string; json_key?: string; grain?: string }): string {
  return [json_key || column, grain && `(${grain})`].filter(Boolean).join(" ")
}
