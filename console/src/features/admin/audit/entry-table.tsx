import { useMemo } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { formatWord } from "@/lib/format"
import { useNames } from "../people"
import type { Entry } from "../queries"

type Props = { entries: Entry[]; onOpen: (seq: number) => void }

/** The entries, newest first. */
export function EntryTable({ entries, onOpen }: Props) {
  const nameOf = useNames()
  const columns = useMemo(() => columnsOf(nameOf, onOpen), [nameOf, onOpen])
  return (
    <DataTable
      caption="Entries of the audit log, newest first"
      columns={columns}
      rows={entries}
      rowId={(one) => String(one.seq)}
    />
  )
}

function columnsOf(nameOf: (id: string) => string, onOpen: Props["onOpen"]): Column<Entry>[] {
  return [
    {
      id: "seq",
      header: "Entry",
      numeric: true,
      cell: (one) => (
        <button
          type="button"
          onClick={() => onOpen(one.seq)}
          aria-label={`Open entry ${one.seq}`}
          className="min-h-6 min-w-6 rounded font-bold text-primary underline underline-offset-2 hover:no-underline"
        >
          {one.seq}
        </button>
      ),
    },
    {
      id: "when",
      header: "When",
      cell: (one) => (
        <span className="whitespace-nowrap">
          <Time at={one.occurred_at_us / 1000} />
        </span>
      ),
    },
    {
      id: "who",
      header: "Who",
      cell: (one) => (
        <span className="block min-w-44 break-words">
          {one.actor ? nameOf(one.actor) : <span className="text-muted">nobody yet</span>}
        </span>
      ),
    },
    { id: "action", header: "Action", cell: (one) => <span className="font-mono text-xs">{one.action}</span> },
    {
      id: "outcome",
      header: "Outcome",
      cell: (one) => (
        <Badge tone={one.outcome === "denied" ? "bad" : "good"}>
          {formatWord(one.outcome)}
          {one.reason && `: ${formatWord(one.reason).toLowerCase()}`}
        </Badge>
      ),
    },
    { id: "service", header: "Service", cell: (one) => one.service },
  ]
}
