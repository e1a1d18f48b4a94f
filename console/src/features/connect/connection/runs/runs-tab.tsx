import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatDuration, formatNumber } from "@/lib/format"
import { type Run, runOpen, runsQuery } from "../../queries"
import { modeOf, tookMs, totals } from "../../words"
import { RunDrawer } from "./run-drawer"
import { RunState } from "./run-state"

const route = getRouteApi("/app/connect/$connectionId")

/** Every run of a connection; the open one tells its progress. */
export function RunsTab({ id }: { id: string }) {
  const { run: openId } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(runsQuery(id))
  const runs = query.data?.pages.flatMap((page) => page.runs) ?? []
  return (
    <Card>
      {query.isError && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton lines={5} />}
      {query.isSuccess && runs.length === 0 && (
        <Empty title="No run yet">A run reads the source once. Start one with “Sync now”.</Empty>
      )}
      {runs.length > 0 && (
        <DataTable caption="Runs" columns={columns(id)} rows={runs} rowId={(run) => run.id} selected={openId} />
      )}
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier runs
        </Button>
      )}
      {openId && (
        <RunDrawer
          id={openId}
          connectionId={id}
          onClose={() => void navigate({ search: { tab: "runs" }, replace: true })}
        />
      )}
    </Card>
  )
}

function columns(id: string): Column<Run>[] {
  return [
    {
      id: "began",
      header: "Began",
      value: (run) => run.create_time,
      cell: (run) => (
        <Link to="/connect/$connectionId" params={{ connectionId: id }} search={{ tab: "runs", run: run.id }}>
          <Time at={run.create_time} />
        </Link>
      ),
    },
    {
      id: "state",
      header: "State",
      value: (run) => run.state,
      cell: (run) => (
        <>
          <RunState run={run} />
          {run.error && <p className="mt-1 max-w-80 text-xs text-bad">{run.error}</p>}
        </>
      ),
    },
    { id: "mode", header: "What", value: modeOf },
    {
      id: "took",
      header: "Took",
      numeric: true,
      value: (run) => tookMs(run),
      cell: (run) => formatDuration(tookMs(run)),
    },
    counted("read", "Read", (run) => totals(run).read),
    counted("published", "Published", (run) => totals(run).published),
    counted("aside", "Set aside", (run) => totals(run).quarantined),
    {
      id: "rate",
      header: "Rows/s",
      numeric: true,
      value: rate,
      cell: (run) => (runOpen(run) ? "" : formatNumber(Math.round(rate(run)))),
    },
  ]
}

function counted(id: string, header: string, value: (run: Run) => number): Column<Run> {
  return { id, header, numeric: true, value, cell: (run) => formatNumber(value(run)) }
}

const rate = (run: Run) => totals(run).read / Math.max(tookMs(run) / 1000, 0.001)
