import { formatCompact, formatNumber } from "@/lib/format"
import type { ChartRow } from "./chart"
import { scale } from "./scale"

const ROW = 28
const BAR = 16
const FIGURE_ROOM = 64

type Props = { label: string; rows: ChartRow[]; width: number; onPick?: ((at: number) => void) | undefined }

/** Lying bars: long names have room, and figures stand at their ends. With `onPick` each is a button. */
export function Bars({ label, rows, width, onPick }: Props) {
  return (
    <div className="relative">
      <Drawn label={label} rows={rows} width={width} />
      {onPick &&
        rows.map((row, at) => (
          <button
            key={row.label}
            type="button"
            aria-label={`Only ${row.label}`}
            title={`${row.label}: ${formatNumber(row.value)}`}
            onClick={() => onPick(at)}
            style={{ top: at * ROW, height: ROW }}
            className="absolute inset-x-0 rounded hover:bg-text/10"
          />
        ))}
    </div>
  )
}

function Drawn({ label, rows, width }: Props) {
  const names = Math.min(200, width * 0.35)
  const values = rows.map((row) => row.value)
  const negative = values.some((value) => value < 0)
  const x = scale(
    [Math.min(0, ...values), Math.max(0, ...values)],
    [names + (negative ? FIGURE_ROOM : 8), width - FIGURE_ROOM],
  )
  const zero = x(0)
  const letters = Math.max(6, Math.floor(names / 7.2))
  return (
    <svg role="img" aria-label={label} width={width} height={rows.length * ROW + 4}>
      {rows.map((row, at) => {
        const end = x(row.value)
        const middle = at * ROW + ROW / 2
        return (
          <g key={row.label}>
            <title>{`${row.label}: ${formatNumber(row.value)}`}</title>
            <text x={0} y={middle + 4} className="fill-text text-xs">
              {row.label.length > letters ? `${row.label.slice(0, letters - 1)}…` : row.label}
            </text>
            <rect
              x={Math.min(zero, end)}
              y={middle - BAR / 2}
              width={Math.max(1, Math.abs(end - zero))}
              height={BAR}
              rx={3}
              className={row.value < 0 ? "fill-bad" : "fill-info"}
            />
            <text
              x={row.value < 0 ? end - 6 : end + 6}
              y={middle + 4}
              textAnchor={row.value < 0 ? "end" : "start"}
              className="fill-muted text-xs tabular-nums"
            >
              {formatCompact(row.value)}
            </text>
          </g>
        )
      })}
      <line x1={zero} x2={zero} y1={0} y2={rows.length * ROW} className="stroke-line" />
    </svg>
  )
}
