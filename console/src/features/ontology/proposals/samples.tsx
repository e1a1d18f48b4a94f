import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { DataTable } from "@/components/data-table"
import { Button } from "@/components/ui/button"
import { formatCount } from "@/lib/format"
import { type Proposal, type Sample, samplesQuery } from "../queries"

const ROWS = 5

type Line = { at: number; row: Sample["rows"][number] }

/** The first rows of the stream as the mapping turns them, and those that do not fit. */
export function Samples({ proposal }: { proposal: Proposal }) {
  const [asked, setAsked] = useState(proposal.state === "pending")
  const samples = useQuery(samplesQuery(proposal.connection_id, proposal.stream, asked))
  return (
    <section>
      <h3 className="mb-1 text-sm">Sample rows under this mapping</h3>
      {asked ? (
        <Async query={samples}>{(told) => (told ? <Rows told={told} /> : <p className="text-sm">No sample.</p>)}</Async>
      ) : (
        <Button onClick={() => setAsked(true)}>Read a sample from the source</Button>
      )}
    </section>
  )
}

function Rows({ told }: { told: Sample }) {
  const rows = told.rows.slice(0, ROWS).map((row, at) => ({ at, row }))
  const names = told.fields.map((field) => field.attribute)
  if (told.error) return <p className="text-sm">{told.error}</p>
  if (rows.length === 0) return <p className="text-sm">The sample holds no rows.</p>
  return (
    <>
      <DataTable
        caption="Sample rows"
        columns={names.map((name) => ({ id: name, header: name, cell: (line: Line) => cell(line.row[name]) }))}
        rows={rows}
        rowId={(row) => String(row.at)}
      />
      {told.misfits.length > 0 && <Misfits misfits={told.misfits} />}
    </>
  )
}

function Misfits({ misfits }: { misfits: Sample["misfits"] }) {
  return (
    <div className="mt-2 text-sm">
      <p className="font-bold">{formatCount(misfits.length, "sampled row does", "sampled rows do")} not fit:</p>
      <ul className="list-disc pl-5">
        {misfits.slice(0, ROWS).map((one) => (
          <li key={`${one.row}/${one.column}`}>
            Row {one.row}, {one.column}: “{one.value}”, {one.reason}
          </li>
        ))}
      </ul>
    </div>
  )
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
