import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Stat, Stats } from "@/components/stat"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { glanceQuery } from "@/features/flow/queries"
import { useDeed } from "@/lib/deed"
import { formatDuration, formatNumber, formatTime, formatWord } from "@/lib/format"
import { cancelRun } from "../../deeds"
import { aamKey, type Run, runOpen, runQuery, type StreamRun } from "../../queries"
import { bytesWords, modeOf, toneOf, tookMs, totals } from "../../words"
import { RunState } from "./run-state"

/** What one run did with each stream. */
export function RunDrawer({ id, connectionId, onClose }: { id: string; connectionId: string; onClose: () => void }) {
  const query = useQuery(runQuery(id))
  const run = query.data
  return (
    <Dialog
      open
      onClose={onClose}
      shape="drawer"
      title={run ? modeOf(run) : "Run"}
      description={run ? `Began ${formatTime(new Date(run.create_time))}` : "One reading of the source"}
    >
      <Async query={query}>{(told) => <Details run={told} connectionId={connectionId} />}</Async>
    </Dialog>
  )
}

function Details({ run, connectionId }: { run: Run; connectionId: string }) {
  const sum = totals(run)
  const trace = useQuery(glanceQuery).data?.events.find((event) => event.metadata.run === run.id)?.trace_id
  const cancel = useDeed(() => cancelRun(run.id), { done: () => "The run is cancelled.", refetch: [[...aamKey]] })
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <RunState run={run} />
        {runOpen(run) && (
          <Button kind="danger" onClick={() => cancel.mutate()} busy={cancel.isPending}>
            Cancel the run
          </Button>
        )}
      </div>
      {cancel.isError && <Trouble error={cancel.error} />}
      {run.error && <p className="text-sm font-bold text-bad">{run.error}</p>}
      <Stats>
        <Stat name="Took" value={formatDuration(tookMs(run))} />
        <Stat name="Read" value={formatNumber(sum.read)} />
        <Stat name="Published" value={formatNumber(sum.published)} />
        <Stat name="Set aside" value={formatNumber(sum.quarantined)} />
        <Stat name="Landed" value={bytesWords(sum.bytes)} />
      </Stats>
      {sum.quarantined > 0 && (
        <Link to="/connect/$connectionId" params={{ connectionId }} search={{ tab: "quarantine" }}>
          See the rows that were set aside
        </Link>
      )}
      {trace && (
        <Link to="/connect/flow" search={{ trace }}>
          Follow its records in the Flow Monitor
        </Link>
      )}
      <h3 className="font-bold">Streams</h3>
      <DataTable caption="Streams of the run" columns={COLUMNS} rows={run.streams} rowId={(stream) => stream.stream} />
      <p className="font-mono text-xs text-muted">{run.id}</p>
    </>
  )
}

const COLUMNS: Column<StreamRun>[] = [
  {
    id: "stream",
    header: "Stream",
    value: (stream) => stream.stream,
    cell: (stream) => (
      <>
        <span className="font-bold">{stream.stream}</span>
        {stream.error && <p className="text-xs text-bad">{stream.error}</p>}
        {stream.note && <p className="text-xs text-muted">{stream.note}</p>}
      </>
    ),
  },
  {
    id: "state",
    header: "State",
    value: (stream) => stream.state,
    cell: (stream) => <Badge tone={toneOf(stream.state)}>{formatWord(stream.state)}</Badge>,
  },
  {
    id: "read",
    header: "Read",
    numeric: true,
    value: (stream) => stream.rows_read,
    cell: (stream) => formatNumber(stream.rows_read),
  },
  {
    id: "published",
    header: "Published",
    numeric: true,
    value: (stream) => stream.rows_published,
    cell: (stream) => formatNumber(stream.rows_published),
  },
  {
    id: "aside",
    header: "Set aside",
    numeric: true,
    value: (stream) => stream.rows_quarantined,
    cell: (stream) => formatNumber(stream.rows_quarantined),
  },
  {
    id: "took",
    header: "Took",
    numeric: true,
    value: (stream) => stream.seconds,
    cell: (stream) => (stream.seconds === null ? "" : formatDuration(stream.seconds * 1000)),
  },
  {
    id: "rate",
    header: "Rows/s",
    numeric: true,
    value: (stream) => stream.rows_per_second,
    cell: (stream) => (stream.rows_per_second === null ? "" : formatNumber(Math.round(stream.rows_per_second))),
  },
]
