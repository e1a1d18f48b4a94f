import { useId } from "react"
import { formatCompact, formatCount, formatNumber, formatTime } from "@/lib/format"
import type { Run } from "../../queries"
import { type Totals, totals } from "../../words"

const BARS = 30
const HEIGHT = 140

/** Rows published and set aside by each of the newest runs, oldest on the left, with a table of the same figures. */
export function RowsChart({ runs }: { runs: readonly Run[] }) {
  const title = useId()
  const bars = runs
    .filter((run) => run.end_time)
    .slice(0, BARS)
    .reverse()
    .map((run) => ({ run, ...totals(run) }))
  if (bars.length === 0)
    return <p className="text-sm text-muted">No run has ended yet. Sync it, and its rows show here.</p>
  const most = Math.max(1, ...bars.map((bar) => bar.published + bar.quarantined))
  const part = (rows: number) => (rows === 0 ? 0 : Math.max(2, (rows / most) * HEIGHT))
  return (
    <figure className="flex flex-col gap-2">
      <div
        role="img"
        aria-labelledby={title}
        className="flex items-end gap-1 border-b pt-2"
        style={{ height: HEIGHT + 12 }}
      >
        {bars.map(({ run, published, quarantined }) => (
          <div
            key={run.id}
            className="flex max-w-12 min-w-1 flex-1 flex-col justify-end"
            title={`${formatTime(new Date(run.create_time))}: ${formatCount(published, "row")} published, ${formatNumber(quarantined)} set aside`}
          >
            <div className="rounded-t bg-warn" style={{ height: part(quarantined) }} />
            <div className="bg-primary" style={{ height: part(published) }} />
          </div>
        ))}
      </div>
      <figcaption className="flex flex-wrap justify-between gap-2 text-xs text-muted">
        <span id={title}>{`Rows of ${formatCount(bars.length, "run")}, at most ${formatCompact(most)} in one`}</span>
        <span className="flex gap-3">
          <Key colour="bg-primary" name="published" />
          <Key colour="bg-warn" name="set aside" />
        </span>
      </figcaption>
      <AsTable bars={bars} />
    </figure>
  )
}

type Bar = { run: Run } & Totals

function AsTable({ bars }: { bars: readonly Bar[] }) {
  return (
    <details className="text-sm">
      <summary className="cursor-pointer font-bold">As a table</summary>
      <table className="w-full text-left text-xs">
        <caption className="sr-only">Rows of the newest runs</caption>
        <thead>
          <tr className="text-muted">
            <th scope="col">Began</th>
            <th scope="col" className="text-right">
              Published
            </th>
            <th scope="col" className="text-right">
              Set aside
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map(({ run, published, quarantined }) => (
            <tr key={run.id} className="tabular-nums">
              <td>{formatTime(new Date(run.create_time))}</td>
              <td className="text-right">{formatNumber(published)}</td>
              <td className="text-right">{formatNumber(quarantined)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function Key({ colour, name }: { colour: string; name: string }) {
  return (
    <span className="flex items-center gap-1">
      <span aria-hidden className={`size-2.5 rounded-sm ${colour}`} />
      {name}
    </span>
  )
}
