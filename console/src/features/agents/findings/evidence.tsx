import { useMemo } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { formatWord } from "@/lib/format"
import type { Finding } from "../queries"
import { exact } from "../words"

type Line = { at: number; cells: Finding["evidence"][number] }
type Cell = Line["cells"][string] | undefined

const NUMBER = /^-?\d+(\.\d+)?$/
const isNumber = (value: Cell) => typeof value === "number" || (typeof value === "string" && NUMBER.test(value))

/** The figures that an agent based its finding on. */
export function Evidence({ finding }: { finding: Finding }) {
  const rows = useMemo(() => finding.evidence.map((cells, at) => ({ at, cells })), [finding.evidence])
  const columns = useMemo(() => columnsOf(finding.evidence), [finding.evidence])
  return (
    <DataTable caption={`Evidence: ${finding.title}`} columns={columns} rows={rows} rowId={(line) => String(line.at)} />
  )
}

/** One column for each name in the evidence; a column whose every value is a number sorts and stands as numbers. */
export function columnsOf(evidence: Finding["evidence"]): Column<Line>[] {
  const names = [...new Set(evidence.flatMap((cells) => Object.keys(cells)))]
  return names.map((name) => {
    const values = evidence.map((cells) => cells[name]).filter((value) => value !== null && value !== undefined)
    const numeric = values.length > 0 && values.every(isNumber)
    const value = (line: Line) => line.cells[name] ?? undefined
    return {
      id: name,
      header: formatWord(name),
      numeric,
      value: (line) => (numeric && value(line) !== undefined ? Number(value(line)) : value(line)),
      cell: (line) => written(value(line)),
    }
  })
}

function written(value: Cell): string {
  if (value === undefined || value === null || value === "") return "–"
  if (typeof value === "boolean") return value ? "yes" : "no"
  return exact(String(value))
}
