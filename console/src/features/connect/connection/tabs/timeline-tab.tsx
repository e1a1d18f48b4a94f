import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { Skeleton } from "@/components/async"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { glanceQuery } from "@/features/flow/queries"
import { connectionOf } from "@/features/flow/words"
import { useMe } from "@/lib/me"
import { type Connection, changesQuery, runsQuery } from "../../queries"
import { timeline } from "./timeline"

/** Everything that happened to a connection, newest first. */
export function TimelineTab({ connection }: { connection: Connection }) {
  const runs = useInfiniteQuery(runsQuery(connection.id))
  const flow = useQuery(glanceQuery).data?.events ?? []
  const changes = useQuery(changesQuery(connection.id))
  const me = useMe()?.id
  if (runs.isPending) return <Skeleton lines={6} />
  if (runs.isError) return <Trouble error={runs.error} onRetry={() => void runs.refetch()} />
  const moments = timeline({
    connection,
    runs: runs.data.pages.flatMap((page) => page.runs),
    flow: flow.filter((event) => connectionOf(event) === connection.id),
    changes: changes.data ?? [],
    me,
  })
  return (
    <Card title="Timeline">
      <ol className="flex flex-col">
        {moments.map((moment) => (
          <li key={moment.id} className="grid gap-x-4 border-l-3 border-line py-2 pl-4 text-sm sm:grid-cols-[9rem_1fr]">
            <span className="text-muted">
              <Time at={moment.at} />
            </span>
            <span className="min-w-0">
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone={moment.tone}>{moment.title}</Badge>
                {moment.future && <span className="text-xs text-muted">planned</span>}
                {moment.runId && (
                  <Link
                    to="/connect/$connectionId"
                    params={{ connectionId: connection.id }}
                    search={{ tab: "runs", run: moment.runId }}
                    className="text-xs"
                  >
                    Open the run
                  </Link>
                )}
              </span>
              {moment.detail && <span className="block break-words text-muted">{moment.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
      {runs.hasNextPage && (
        <Button className="mt-3" busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      <p className="mt-3 text-xs text-muted">
        {changes.isError
          ? "What people changed is shown to those who may read the audit log."
          : "From runs, flow events that are still kept, and the audit log."}
      </p>
    </Card>
  )
}
