import { Chart, type ChartRow } from "@/components/chart"
import { type Column, DataTable } from "@/components/data-table"
import { Stat, Stats } from "@/components/stat"
import { formatWord } from "@/lib/format"
import type { Citation, Evidence as EvidenceOf, Table } from "../../answer"
import { Mark } from "./answer-text"
import { chartRows, derivation, standing } from "./shown"

type Props = { evidence: EvidenceOf; citations: readonly Citation[]; onOpen: (citation: Citation) => void }
type Line = Table["rows"][number] & { at: number }

/** An answer's figures: those that stand alone, the rows as a table, and a drawing of one dimension. */
export function Evidence({ evidence, citations, onOpen }: Props) {
  const { table, chart } = evidence
  const alone = standing(evidence)
  const rows: ChartRow[] = chart ? chartRows(chart) : []
  if (!alone.length && !table?.rows.length) return null
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {alone.length > 0 && (
        <Stats>
          {alone.map((figure) => (
            <Stat
              key={figure.name}
              name={formatWord(figure.name)}
              value={figure.display}
              note={
                <>
                  {derivation(figure)} <Marks numbers={figure.citations} citations={citations} onOpen={onOpen} />
                </>
              }
            />
          ))}
        </Stats>
      )}
      {chart && rows.length > 1 && (
        <Chart
          title={evidence.reading ? formatSentence(evidence.reading) : "As a drawing"}
          rows={rows}
          kind={chart.kind === "line" ? "line" : "bar"}
          unit={chart.unit}
          name={table?.columns[0] ? formatWord(table.columns[0]) : "Name"}
        />
      )}
      {table && table.rows.length > 0 && <Rows table={table} citations={citations} onOpen={onOpen} />}
    </div>
  )
}

/** The first marks of a figure; some rest on very many. */
function Marks({ numbers, citations, onOpen }: { numbers: readonly number[] } & Omit<Props, "evidence">) {
  return numbers
    .slice(0, 3)
    .map((number) => <Mark key={number} number={number} citations={citations} onOpen={onOpen} />)
}

function Rows({ table, citations, onOpen }: { table: Table } & Omit<Props, "evidence">) {
  const columns: Column<Line>[] = table.columns.map((title, at) => ({
    id: title,
    header: formatWord(title),
    cell: (row) => <span className={at > 0 ? "tabular-nums" : "font-bold"}>{row.cells[at]}</span>,
  }))
  const opens: Column<Line> = {
    id: "opens",
    header: "Rows behind",
    cell: (row) => row.citation > 0 && <Mark number={row.citation} citations={citations} onOpen={onOpen} />,
  }
  const cited = table.rows.some((row) => row.citation > 0)
  return (
    <div className="min-w-0">
      <DataTable
        caption={`The answer's rows, by ${table.columns[0] ?? "name"}`}
        columns={cited ? [...columns, opens] : columns}
        rows={table.rows.map((row, at) => ({ ...row, at }))}
        rowId={(row) => String(row.at)}
      />
      {table.truncated && <p className="mt-1 text-xs text-muted">There are more rows than an answer shows.</p>}
    </div>
  )
}

const formatSentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
