import { type Column, DataTable } from "@/components/data-table"
import { Badge } from "@/components/ui/badge"
import { formatCompact, formatCount, formatNumber, formatPercent, formatWord } from "@/lib/format"
import type { DataSet } from "./queries"

type Profile = DataSet["columns"][number]

type Props = {
  sets: readonly DataSet[]
  /** Those that would be connected; null where there is nothing to choose. */
  chosen: ReadonlySet<string> | null
  onChoose: (chosen: ReadonlySet<string>) => void
}

/** Each data set of a finding with the profile of its columns. */
export function DataSets({ sets, chosen, onChoose }: Props) {
  const toggle = (name: string, on: boolean) =>
    onChoose(new Set(on ? [...(chosen ?? []), name] : [...(chosen ?? [])].filter((one) => one !== name)))
  return (
    <ul className="flex flex-col gap-2">
      {sets.map((set) => (
        <li key={set.name} className="flex gap-2 rounded-xl border p-2">
          {chosen && (
            <input
              type="checkbox"
              aria-label={`Connect ${set.name}`}
              checked={chosen.has(set.name)}
              disabled={set.error !== ""}
              onChange={(event) => toggle(set.name, event.target.checked)}
              className="mt-1 size-6 shrink-0 accent-primary"
            />
          )}
          <OneSet set={set} />
        </li>
      ))}
    </ul>
  )
}

function OneSet({ set }: { set: DataSet }) {
  const personal = set.columns.filter((column) => column.pii).length
  const head = (
    <>
      <span className="font-bold break-all">{set.name}</span>
      <Badge>{set.format}</Badge>
      {personal > 0 && <Badge tone="warn">{`Personal data in ${formatCount(personal, "column")}`}</Badge>}
      <span className="block text-xs text-muted">{size(set)}</span>
    </>
  )
  if (set.error)
    return (
      <div className="min-w-0 flex-1 text-sm">
        {head}
        <p className="text-bad">{set.error}</p>
      </div>
    )
  return (
    <details className="min-w-0 flex-1 text-sm">
      <summary className="cursor-pointer space-x-2 rounded p-1">{head}</summary>
      <div className="pt-2">
        <DataTable
          caption={`Columns of ${set.name}`}
          columns={COLUMNS}
          rows={set.columns}
          rowId={(column) => column.name}
        />
      </div>
    </details>
  )
}

function size(set: DataSet): string {
  const rows = set.rows < 0 ? "rows not counted" : formatCount(set.rows, "row")
  const bytes = set.bytes < 0 ? "" : `, ${formatCompact(set.bytes)}B`
  return `${rows}${bytes}, ${formatCount(set.columns.length, "column")}`
}

const COLUMNS: Column<Profile>[] = [
  { id: "name", header: "Column", value: (column) => column.name },
  { id: "type", header: "Type", value: (column) => column.type },
  {
    id: "pii",
    header: "Personal data",
    value: (column) => column.pii,
    cell: (column) => column.pii && <Badge tone="warn">{formatWord(column.pii)}</Badge>,
  },
  {
    id: "null",
    header: "Empty",
    numeric: true,
    value: (column) => column.null_ratio,
    cell: (column) => formatPercent(column.null_ratio),
  },
  {
    id: "distinct",
    header: "Distinct",
    numeric: true,
    value: (column) => column.distinct,
    cell: (column) => formatNumber(column.distinct),
  },
  {
    id: "samples",
    header: "Samples",
    cell: (column) => <span className="font-mono text-xs">{column.samples.join(", ")}</span>,
  },
]
