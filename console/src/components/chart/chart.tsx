import { useId } from "react"
import { DataTable } from "@/components/data-table"
import { formatNumber } from "@/lib/format"
import { useWidth } from "@/lib/width"
import { Bars } from "./bars"
import { LinePlot } from "./line-plot"

/** A figure with its name; for a line, names are dates in ISO 8601 or steps in order. */
export type ChartRow = { label: string; value: number }

type Props = {
  /** What is shown, in words: "Rows by stage". */
  title: string
  rows: ChartRow[]
  kind?: "bar" | "line"
  /** Written behind each figure: "USD". */
  unit?: string
  /** What the labels are: "stage". */
  name?: string
  /** What choosing a bar does; gets the place of its row. */
  onPick?: (at: number) => void
}

/** Figures as bars or as a line over time, and the same figures as a table below. */
export function Chart({ title, rows, kind = "bar", unit = "", name = "Name", onPick }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const id = useId()
  const plot = { label: inWords(title, rows, unit), rows, width }
  return (
    <figure className="min-w-0" aria-labelledby={id}>
      <figcaption id={id} className="mb-2 text-sm font-bold">
        {title}
        {unit && <span className="font-medium text-muted"> ({unit})</span>}
      </figcaption>
      <div ref={box}>
        {width > 0 && (kind === "line" ? <LinePlot {...plot} /> : <Bars {...plot} onPick={onPick} />)}
      </div>
      <details className="mt-2">
        <summary className="inline-block cursor-pointer rounded py-1 text-sm font-bold text-primary">
          Show as table
        </summary>
        <DataTable
          caption={title}
          columns={[
            { id: "label", header: name, value: (row) => row.label },
            { id: "value", header: unit || "Value", numeric: true, value: (row) => row.value, cell: figure },
          ]}
          rows={rows}
          rowId={(row) => row.label}
        />
      </details>
    </figure>
  )
}

const figure = (row: ChartRow) => formatNumber(row.value)

/** What somebody hears who does not see the chart: how many figures, the largest and the smallest. */
export function inWords(title: string, rows: readonly ChartRow[], unit: string): string {
  const sorted = [...rows].sort((a, b) => b.value - a.value)
  const [most, least] = [sorted[0], sorted.at(-1)]
  if (!most || !least) return `${title}: no figures.`
  const say = (row: ChartRow) => `${row.label} with ${formatNumber(row.value)}${unit && ` ${unit}`}`
  return `${title}: ${rows.length} figures, from ${say(most)} to ${say(least)}. The table below has them all.`
}
