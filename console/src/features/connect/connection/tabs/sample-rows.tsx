import { type Column, DataTable } from "@/components/data-table"

type Row = Record<string, unknown>

/** Sampled rows in canonical form. */
export function SampleRows({ stream, rows }: { stream: string; rows: Row[] }) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !name.startsWith("_"))
  const columns: Column<Row>[] = names.map((name) => ({
    id: name,
    header: name,
    cell: (row) => <span className="block max-w-60 truncate">{said(row[name])}</span>,
  }))
  const numbered = new Map(rows.map((row, at) => [row, String(at)]))
  return (
    <section>
      <h3 className="text-sm font-bold">Rows as they would read</h3>
      <DataTable
        caption={`Sampled rows of ${stream}`}
        columns={columns}
        rows={rows}
        rowId={(row) => numbered.get(row) ?? ""}
      />
    </section>
  )
}

function said(value: unknown): string {
  if (value === null || value === undefined) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
