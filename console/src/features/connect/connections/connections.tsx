import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import { Skeleton } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { Page } from "@/components/page"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { ConnectPlaces } from "../places"
import { connectionsQuery, NEWEST_RUNS, newestRunsQuery, type Run } from "../queries"
import { FunnelCard, stageTitle } from "./funnel"
import { ConnectionTable } from "./table"

const route = getRouteApi("/app/connect")

/** All connections of the tenant and how many are in use. */
export function Connections() {
  const { stage = "" } = route.useSearch()
  const query = useInfiniteQuery(connectionsQuery(stage))
  const runs = useQuery(newestRunsQuery).data ?? []
  const connections = query.data?.pages.flatMap((page) => page.connections) ?? []
  return (
    <Page
      title="Connect"
      lead="The sources of your company, how well each is read, and what needs you."
      actions={
        <ButtonLink to="/connect/new">
          <Plus aria-hidden className="size-4" />
          New connection
        </ButtonLink>
      }
    >
      <ConnectPlaces />
      <FunnelCard stage={stage} />
      <Card title={stage ? `Connections: ${stageTitle(stage).toLowerCase()}` : "Connections"}>
        {query.isError && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Skeleton lines={5} />}
        {query.isSuccess &&
          (connections.length === 0 ? (
            <None stage={stage} />
          ) : (
            <ConnectionTable connections={connections} last={lastRuns(runs)} more={runs.length >= NEWEST_RUNS} />
          ))}
        {query.hasNextPage && (
          <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Card>
    </Page>
  )
}

/** The newest run of each connection; runs come newest first. */
function lastRuns(runs: readonly Run[]): Map<string, Run> {
  const last = new Map<string, Run>()
  for (const run of runs) if (!last.has(run.connection_id)) last.set(run.connection_id, run)
  return last
}

function None({ stage }: { stage: string }) {
  if (stage)
    return (
      <Empty title="No connection is in this stage" action={<Link to="/connect">Show all connections</Link>}>
        The figures above say how many are where.
      </Empty>
    )
  return (
    <Empty title="Nothing is connected yet" action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}>
      A connection reads one source: a database, a folder of files, Salesforce. Or let{" "}
      <Link to="/discover">Discover</Link> find what data there is.
    </Empty>
  )
}
