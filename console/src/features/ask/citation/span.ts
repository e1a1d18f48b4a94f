/** How many characters around a quote are shown. */
export const AROUND = 400

/** A text in three: before, the span [start, end), after. Positions count characters, as the platform does. */
export function inPlace(text: string, start: number, end: number) {
  const characters = Array.from(text)
  const part = (from: number, to?: number) => characters.slice(from, to).join("")
  return { before: part(0, start), quote: part(start, end), after: part(end) }
}
