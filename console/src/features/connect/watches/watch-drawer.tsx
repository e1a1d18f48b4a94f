import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { Confirm } from "@/components/confirm"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { useDeed } from "@/lib/deed"
import { formatNumber, formatWord } from "@/lib/format"
import { unwatch } from "../deeds"
import { aamKey, type Watch, watchQuery } from "../queries"
import { bytesWords, toneOf } from "../words"

type Sync = Watch["syncs"][number]

/** The last syncs of a watched deployment, those with a warning first. */
export function WatchDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(watchQuery(id))
  const [ending, setEnding] = useState(false)
  const end = useDeed(() => unwatch(id), {
    done: () => "It is no longer watched.",
    refetch: [[...aamKey, "watches"]],
    onDone: onClose,
  })
  return (
    <Dialog open onClose={onClose} shape="drawer" title={query.data?.name ?? "Watch"} description={query.data?.url}>
      <Async query={query}>
        {(watch) => (
          <>
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <Badge tone={toneOf(watch.state)}>{formatWord(watch.state)}</Badge>
              <span className="text-muted">
                looked at <Time at={watch.check_time} />
              </span>
            </p>
            {watch.error && <p className="text-sm font-bold text-bad">{watch.error}</p>}
            {watch.syncs.length === 0 ? (
              <p className="text-sm text-muted">No sync has been seen yet.</p>
            ) : (
              <DataTable caption="Syncs" columns={COLUMNS} rows={watch.syncs} rowId={(sync) => sync.external_id} />
            )}
            <div>
              <Button kind="danger" onClick={() => setEnding(true)}>
                Stop watching
              </Button>
            </div>
            <Confirm
              open={ending}
              onClose={() => setEnding(false)}
              title={`Stop watching ${watch.name}?`}
              deed="Stop watching"
              onConfirm={() => end.mutateAsync()}
            >
              The deployment itself goes on. The credential is deleted here.
            </Confirm>
          </>
        )}
      </Async>
    </Dialog>
  )
}

const COLUMNS: Column<Sync>[] = [
  {
    id: "name",
    header: "Sync",
    value: (sync) => sync.name,
    cell: (sync) => (
      <>
        <span className="font-bold">{sync.name}</span>
        {sync.warning && <p className="text-xs text-warn">{sync.warning}</p>}
      </>
    ),
  },
  {
    id: "status",
    header: "Last job",
    value: (sync) => sync.job_status,
    cell: (sync) => <Badge tone={toneOf(sync.job_status)}>{formatWord(sync.job_status || sync.status)}</Badge>,
  },
  {
    id: "rows",
    header: "Rows",
    numeric: true,
    value: (sync) => sync.rows,
    cell: (sync) => (sync.rows === null ? "" : formatNumber(sync.rows)),
  },
  {
    id: "bytes",
    header: "Size",
    numeric: true,
    value: (sync) => sync.bytes,
    cell: (sync) => (sync.bytes === null ? "" : bytesWords(sync.bytes)),
  },
  {
    id: "time",
    header: "Updated",
    value: (sync) => sync.update_time,
    cell: (sync) => <Time at={sync.update_time} />,
  },
]
