import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { formatDuration, formatNumber } from "@/lib/format"
import { type Scan, scansKey, scansQuery, startScan, underWay } from "./queries"
import { StateBadge } from "./state-badge"

/** Every look at a place, newest first, with how far it has come. */
export function Scans({ onScan }: { onScan: () => void }) {
  const query = useQuery(scansQuery)
  const start = useDeed(startScan, { done: (scan) => `Scanning ${scan.location}.`, refetch: [[...scansKey]] })
  const again: Column<Scan> = {
    id: "again",
    header: <span className="sr-only">Again</span>,
    // A database's password is not kept with the scan, so only folders can be looked at again from here.
    cell: (scan) =>
      scan.kind === "folder" &&
      !underWay(scan) && (
        <Button onClick={() => start.mutate({ location: scan.location })} disabled={start.isPending}>
          Scan again
        </Button>
      ),
  }
  return (
    <Card title="Scans">
      {start.isError && <Trouble error={start.error} />}
      <Async query={query}>
        {(scans) =>
          scans.length === 0 ? (
            <Empty
              title="No place has been scanned yet"
              action={
                <Button kind="primary" onClick={onScan}>
                  Start a scan
                </Button>
              }
            >
              A scan looks at a folder or a database and tells what data is there.
            </Empty>
          ) : (
            <DataTable
              caption="Scans, newest first"
              columns={[...COLUMNS, again]}
              rows={scans}
              rowId={(scan) => scan.id}
            />
          )
        }
      </Async>
    </Card>
  )
}

const COLUMNS: Column<Scan>[] = [
  {
    id: "location",
    header: "Place",
    value: (scan) => scan.location,
    cell: (scan) => <span className="font-mono text-xs break-all">{scan.location}</span>,
  },
  {
    id: "state",
    header: "State",
    value: (scan) => scan.state,
    cell: (scan) => (
      <>
        <StateBadge state={scan.state} />
        {scan.error && <p className="mt-1 max-w-80 text-bad">{scan.error}</p>}
      </>
    ),
  },
  {
    id: "sets",
    header: "Data sets",
    numeric: true,
    value: (scan) => scan.data_sets,
    cell: (scan) => formatNumber(scan.data_sets),
  },
  { id: "began", header: "Began", value: (scan) => scan.create_time, cell: (scan) => <Time at={scan.create_time} /> },
  {
    id: "took",
    header: "Took",
    numeric: true,
    value: took,
    cell: (scan) => {
      const ms = took(scan)
      return ms === undefined ? "" : formatDuration(ms)
    },
  },
  {
    id: "finding",
    header: "Finding",
    cell: (scan) =>
      scan.finding_id && (
        <Link to="/discover" search={{ finding: scan.finding_id, state: "all" }}>
          Open
        </Link>
      ),
  },
]

function took({ create_time, end_time }: Scan): number | undefined {
  return end_time ? Date.parse(end_time) - Date.parse(create_time) : undefined
}
