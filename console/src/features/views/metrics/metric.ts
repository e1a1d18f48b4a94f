/** A metric as the screens use it, read from an answer whose shape the API does not describe. */

export type Dimension = { name: string; title: string; column: string; jsonKey: string }
export type Metric = {
  name: string
  title: string
  description: string
  view: string
  unit: string
  formula: string
  synonyms: string[]
  personas: string[]
  timeColumn: string
  dimensions: Dimension[]
}

type Told = Record<string, unknown>

export function readMetrics(body: Told): Metric[] {
  return list(body.metrics).map((told) => ({
    name: text(told.name),
    title: text(told.title),
    description: text(told.description),
    view: text(told.view),
    unit: text(told.unit),
    formula: text(told.formula),
    synonyms: words(told.synonyms),
    personas: words(told.personas),
    timeColumn: text(told.time_column),
    dimensions: list(told.dimensions).map((one) => ({
      name: text(one.name),
      title: text(one.title),
      column: text(one.column),
      jsonKey: text(one.json_key),
    })),
  }))
}

/** The ways in which a view's figures are split, each once, those of most metrics first. */
export function dimensionsOf(metrics: readonly Metric[], view: string): Dimension[] {
  const found = new Map<string, { dimension: Dimension; uses: number }>()
  for (const dimension of metrics.filter((one) => one.view === view).flatMap((one) => one.dimensions)) {
    const key = `${dimension.column}/${dimension.jsonKey}`
    const known = found.get(key)
    if (known) known.uses++
    else found.set(key, { dimension, uses: 1 })
  }
  return [...found.values()].sort((a, b) => b.uses - a.uses).map((one) => one.dimension)
}

/** The columns of a view that its metrics count, date or split by. */
export function columnsUsed(metrics: readonly Metric[], view: string): Set<string> {
  const own = metrics.filter((one) => one.view === view)
  const words = own.flatMap((one) => one.formula.match(/\w+/g) ?? [])
  const split = own.flatMap((one) => one.dimensions.map((dimension) => dimension.column))
  return new Set([...words, ...split, ...own.map((one) => one.timeColumn)])
}

function list(value: unknown): Told[] {
  return Array.isArray(value) ? (value as Told[]) : []
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : []
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
