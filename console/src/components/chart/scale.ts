/** The arithmetic of charts. */

const STEPS = [1, 2, 2.5, 5, 10]

/** Round ticks from at most `least` (or 0) to at least `most` (or 0), about `wanted` of them. */
export function ticksOf(least: number, most: number, wanted = 4): number[] {
  const [low, high] = [Math.min(0, least), Math.max(0, most)]
  if (high === low) return [0]
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * (STEPS.find((one) => one * power >= rough) ?? 10)
  const first = Math.floor(low / step)
  const count = Math.ceil(high / step) - first + 1
  // Multiplying keeps 0.1 + 0.2 out of the labels.
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

/** A straight mapping of values to pixels. */
export function scale([low, high]: [number, number], [from, to]: [number, number]): (value: number) => number {
  const span = high - low || 1
  return (value) => from + ((value - low) / span) * (to - from)
}

/** Where points stand along the x axis: by time when every label is a date, else evenly. */
export function alongX(labels: readonly string[], [from, to]: [number, number]): number[] {
  const times = labels.map((label) => (/^\d{4}-\d{2}/.test(label) ? Date.parse(label) : Number.NaN))
  const dated = labels.length > 1 && times.every((time) => !Number.isNaN(time))
  const at = dated ? times : labels.map((_, index) => index)
  if (at.length === 1) return [(from + to) / 2]
  return at.map(scale([Math.min(...at), Math.max(...at)], [from, to]))
}

/** Which of `count` labels to write so that about `room` fit: evenly spread, the first among them. */
export function spread(count: number, room: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(1, room)))
  return Array.from({ length: Math.ceil(count / every) }, (_, at) => at * every)
}
