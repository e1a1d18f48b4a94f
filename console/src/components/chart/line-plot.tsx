import { formatCompact, formatNumber } from "@/lib/format"
import type { ChartRow } from "./chart"
import { alongX, scale, spread, ticksOf } from "./scale"

const HEIGHT = 240
const LEFT = 52
const RIGHT = 36
const TOP = 10
const BOTTOM = 26
const LABEL_ROOM = 84

type Props = { label: string; rows: ChartRow[]; width: number }

/** A line over time, its values on round ticks. */
export function LinePlot({ label, rows, width }: Props) {
  const values = rows.map((row) => row.value)
  const ticks = ticksOf(Math.min(...values), Math.max(...values))
  const y = scale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [HEIGHT - BOTTOM, TOP])
  const xs = alongX(
    rows.map((row) => row.label),
    [LEFT, width - RIGHT],
  )
  const points = rows.map((row, at) => ({ ...row, x: xs[at] ?? LEFT, y: y(row.value) }))
  const written = new Set(spread(points.length, (width - LEFT) / LABEL_ROOM))
  return (
    <svg role="img" aria-label={label} width={width} height={HEIGHT}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className="stroke-line" />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="fill-muted text-xs tabular-nums">
            {formatCompact(tick)}
          </text>
        </g>
      ))}
      <polyline
        points={points.map((point) => `${point.x},${point.y}`).join(" ")}
        fill="none"
        strokeWidth={2.5}
        strokeLinejoin="round"
        className="stroke-info"
      />
      {points.map((point, at) => (
        <g key={point.label}>
          <circle cx={point.x} cy={point.y} r={points.length > 60 ? 2 : 4} className="fill-info">
            <title>{`${point.label}: ${formatNumber(point.value)}`}</title>
          </circle>
          {written.has(at) && (
            <text x={point.x} y={HEIGHT - 6} textAnchor="middle" className="fill-muted text-xs">
              {point.label}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
