import { useState } from "react"
import { toast } from "@/components/toast"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { formatCount, formatNumber } from "@/lib/format"
import { type Asked, readPage } from "../queries"
import { readAll, save } from "./csv"

const PAGE = 1_000
const MOST = 100_000

/** All rows that meet the conditions as a CSV file, read page by page from one snapshot. */
export function ExportButton({ view, asked }: { view: string; asked: Asked }) {
  const [rows, setRows] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  const run = async () => {
    setRows(0)
    setError(null)
    try {
      const all = await readAll(asked.columns ?? [], (token) => readPage(view, asked, token, PAGE), MOST, setRows)
      save(`${view}.csv`, all.parts)
      const bound = all.whole ? "" : " That is the most one file holds: add a condition to get the others."
      toast(`${formatCount(all.rows, "row")} saved as ${view}.csv.${bound}`)
    } catch (failure) {
      setError(failure)
    } finally {
      setRows(null)
    }
  }
  return (
    <>
      <Button busy={rows !== null} onClick={() => void run()}>
        {rows ? `${formatNumber(rows)} rows read` : "Save as CSV"}
      </Button>
      {error !== null && <Trouble error={error} />}
    </>
  )
}
