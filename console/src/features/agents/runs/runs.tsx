import { useInfiniteQuery } from "@tanstack/react-query"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatDuration, formatTime, formatWord } from "@/lib/format"
import { type Run, runsQuery } from "../queries"
import { runTookMs, stepTitle, toneOf } from "../words"

/** Every run, newest first. */
export function Runs() {
  const query = useInfiniteQuery(runsQuery)
  const runs = query.data?.pages.flatMap((page) => page.runs) ?? []
  if (query.isError && !runs.length) return <Trouble error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Skeleton lines={5} />
  if (!runs.length)
    return (
      <Empty title="Nothing has run yet">
        A run syncs your connections, unifies their records into the views, and lets the agents read them. Use “Start a
        run” above.
      </Empty>
    )
  return (
    <Card title="Runs">
      <DataTable caption="Runs, newest first" columns={COLUMNS} rows={runs} rowId={(run) => run.id} />
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </Card>
  )
}

const COLUMNS: Column<Run>[] = [
  {
    id: "start",
    header: "Started",
    value: (run) => run.create_time,
    cell: (run) => (
      <Link to="/agents/runs/$runId" params={{ runId: run.id }} className="whitespace-nowrap">
        {formatTime(new Date(run.create_time))}
      </Link>
    ),
  },
  {
    id: "state",
    header: "State",
    value: (run) => run.state,
    cell: (run) => <Badge tone={toneOf(run.state)}>{formatWord(run.state)}</Badge>,
  },
  {
    id: "took",
    header: "Took",
    numeric: true,
    value: (run) => runTookMs(run),
    cell: (run) => <span className="whitespace-nowrap">{formatDuration(runTookMs(run) ?? 0)}</span>,
  },
  {
    id: "steps",
    header: "What it did",
    cell: (run) => (
      <>
        {run.state === "failed" && run.error && <p className="font-bold text-bad">{run.error}</p>}
        <ul className="min-w-56 text-xs">
          {run.steps.map((step) => (
            <li key={step.name}>
              <span className="font-bold">{stepTitle(step.name)}</span>{" "}
              <span className="text-muted">{step.summary || formatWord(step.state)}</span>
            </li>
          ))}
        </ul>
      </>
    ),
  },
]
