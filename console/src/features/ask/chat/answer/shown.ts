/** Which of an answer's figures are drawn, and which stand alone. */
import type { ChartRow } from "@/components/chart"
import type { ChartOf, Evidence, Figure } from "../../answer"

const MOST = 6

/** Figures that no row of the table tells, a handful at most. */
export function standing({ figures, table }: Evidence): Figure[] {
  const told = new Set(table?.rows.map((row) => row.cells[0]) ?? [])
  return figures.filter((one) => !told.has(one.name)).slice(0, MOST)
}

/** One dimension and one number as rows of a chart; more series, or a value that is missing, are left to the table. */
export function chartRows({ labels, series }: ChartOf): ChartRow[] {
  const [line] = series
  if (series.length !== 1 || !line) return []
  return labels.flatMap((label, at) => {
    const value = line.values[at]
    return value ? [{ label, value: Number(value) }] : []
  })
}

const BETWEEN: Record<string, string> = { share: "of", difference: "less", percent_change: "against" }

/** How a figure follows from two others: "data of total"; nothing for one that stands by itself. */
export function derivation({ derived, of }: Figure): string {
  return derived ? of.join(` ${BETWEEN[derived] ?? "and"} `) : ""
}
