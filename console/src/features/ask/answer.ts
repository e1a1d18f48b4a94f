/** An answer as the screens use it, read from an answer whose shape the API does not describe. */
import type { Condition } from "@/lib/where"

export type Citation = {
  number: number
  /** rows, passage, finding, connection or asset. */
  kind: string
  title: string
  view: string
  metric: string
  filters: Condition[]
  snapshot: number
  rows: number
  targetId: string
  headings: string[]
  start: number
  end: number
  quote: string
}
export type Figure = { name: string; display: string; citations: number[]; derived: string; of: string[] }
export type Table = { columns: string[]; rows: { cells: string[]; citation: number }[]; truncated: boolean }
export type ChartOf = { kind: string; labels: string[]; series: { name: string; values: string[] }[]; unit: string }
export type Refusal = { reason: string; message: string; suggestions: string[] }
export type Evidence = { reading: string; figures: Figure[]; table: Table | null; chart: ChartOf | null }
export type Answer = Evidence & {
  id: string
  persona: string
  route: string
  engine: string
  text: string
  citations: Citation[]
  freshness: string
  refusal: Refusal | null
}
export type Tile = {
  name: string
  title: string
  display: string
  period: string
  change: string
  citation: number
  missing: string
}
export type Summary = { persona: string; tiles: Tile[]; citations: Citation[] }

type Told = Record<string, unknown>

export function readAnswer(told: Told): Answer {
  return {
    ...readEvidence(told),
    id: text(told.id),
    persona: text(told.persona),
    route: text(told.route),
    engine: text(told.engine),
    text: text(told.text),
    citations: readCitations(told.citations),
    freshness: text(told.freshness),
    refusal: some(told.refusal, (one) => ({
      reason: text(one.reason),
      message: text(one.message),
      suggestions: words(one.suggestions),
    })),
  }
}

export function readEvidence(told: Told): Evidence {
  return {
    reading: text(told.reading),
    figures: list(told.figures).map((one) => ({
      name: text(one.name),
      display: text(one.display),
      citations: numbers(one.citations),
      derived: text(one.derived),
      of: words(one.of),
    })),
    table: some(told.table, (one) => ({
      columns: words(one.columns),
      rows: list(one.rows).map((row) => ({ cells: words(row.cells), citation: number(row.citation) })),
      truncated: one.truncated === true,
    })),
    chart: some(told.chart, (one) => ({
      kind: text(one.kind),
      labels: words(one.labels),
      series: list(one.series).map((line) => ({ name: text(line.name), values: words(line.values) })),
      unit: text(one.unit),
    })),
  }
}

export function readSummary(told: Told): Summary {
  const tile = (one: Told): Tile => ({
    name: text(one.name),
    title: text(one.title),
    display: text(one.display),
    period: text(one.period),
    change: text(one.change),
    citation: number(one.citation),
    missing: text(one.missing),
  })
  return { persona: text(told.persona), tiles: list(told.tiles).map(tile), citations: readCitations(told.citations) }
}

function readCitations(told: unknown): Citation[] {
  return list(told).map((one) => ({
    number: number(one.number),
    kind: text(one.kind),
    title: text(one.title),
    view: text(one.view),
    metric: text(one.metric),
    filters: list(one.filters).map((filter) => ({
      column: text(filter.column),
      op: text(filter.op),
      values: words(filter.values),
      json_key: text(filter.json_key),
    })),
    snapshot: number(one.snapshot),
    rows: number(one.rows),
    targetId: text(one.target_id),
    headings: words(one.headings),
    start: number(one.start),
    end: number(one.end),
    quote: text(one.quote),
  }))
}

/** Whole numbers of 64 bits come as text. */
function number(value: unknown): number {
  const found = typeof value === "string" ? Number(value) : value
  return typeof found === "number" && Number.isFinite(found) ? found : 0
}

const text = (value: unknown): string => (typeof value === "string" ? value : "")
const list = (value: unknown): Told[] => (Array.isArray(value) ? (value as Told[]) : [])
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : [])
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(number) : [])
const some = <T>(value: unknown, read: (told: Told) => T): T | null =>
  typeof value === "object" && value !== null ? read(value as Told) : null
