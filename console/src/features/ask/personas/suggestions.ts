/** Questions that this tenant's own data can answer, made of the metrics' own words. */
import type { Metric } from "../../views/metrics/metric"
import type { Summary } from "../answer"

const MOST = 6

/** About what the platform itself does; whoever asks, these have answers. */
const ALWAYS: Record<string, string[]> = {
  cto: ["Which connections are failing?", "What did the agents find?", "How many systems were discovered?"],
  "": ["What did the agents find?", "Which connections are failing?"],
}

type Known = {
  persona: string
  summaries: readonly Summary[]
  metrics: readonly Metric[]
  /** Views that hold rows. */
  filled: ReadonlySet<string>
}

/** Metrics behind a persona's tiles first, each split another way; then its other metrics, one a view. */
export function suggestions({ persona, summaries, metrics, filled }: Known): string[] {
  const behind = new Set(summaries.flatMap((one) => one.citations.map((citation) => citation.metric)))
  const answerable = metrics.filter(
    (one) => filled.has(one.view) && (!persona || one.personas.includes(persona) || behind.has(one.name)),
  )
  const first = answerable.filter((one) => behind.has(one.name))
  const rest = onePerView(answerable.filter((one) => !behind.has(one.name)))
  const always = ALWAYS[persona] ?? ALWAYS[""] ?? []
  const asked = [...first, ...rest].map(question).slice(0, MOST - Math.min(always.length, 2))
  return [...new Set([...asked, ...always])].slice(0, MOST)
}

/** "Won deals by product": the way of splitting moves on with the metric, so that not all are alike. */
function question({ title, dimensions }: Metric, at: number): string {
  const name = title.charAt(0).toUpperCase() + title.slice(1)
  const split = dimensions[(at + 1) % Math.max(1, dimensions.length)]
  return split && at % 3 !== 2 ? `${name} by ${split.title}` : name
}

function onePerView(metrics: readonly Metric[]): Metric[] {
  const seen = new Set<string>()
  return metrics.filter((one) => !seen.has(one.view) && seen.add(one.view))
}
