import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useMemo } from "react"
import { Skeleton } from "@/components/async"
import { Empty } from "@/components/empty"
import { LiveBadge } from "@/components/live-badge"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { withSearch } from "@/lib/search"
import { auditQuery } from "../queries"
import { ChainActions } from "./chain-actions"
import { withTail } from "./entries"
import { EntryDrawer } from "./entry-drawer"
import { EntryTable } from "./entry-table"
import { AuditFilters } from "./filters"
import { useTail } from "./use-tail"

const route = getRouteApi("/app/admin")

/** Who changed what, and who was refused what. */
export function Audit() {
  const { actor = "", action = "", outcome = "", entry = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = useMemo(() => ({ actor, action, outcome }), [actor, action, outcome])
  const query = useInfiniteQuery(auditQuery(filter))
  const { tail, at } = useTail()
  const open = useCallback(
    (seq: number | null) =>
      void navigate({ search: (now) => withSearch(now, { entry: seq ? String(seq) : "" }), resetScroll: false }),
    [navigate],
  )
  if (query.isError && !query.data) return <Trouble error={query.error} onRetry={() => void query.refetch()} />
  const entries = withTail(query.data?.pages.flatMap((page) => page.entries) ?? [], tail, filter)
  const opened = entries.find((one) => String(one.seq) === entry)
  return (
    <Card title="Audit log" actions={<LiveBadge at={Math.max(at ?? 0, query.dataUpdatedAt) || null} />}>
      <div className="flex flex-col gap-4">
        <ChainActions />
        <AuditFilters filter={filter} />
        {query.isPending && <Skeleton lines={8} />}
        {query.isSuccess && entries.length === 0 && (
          <Empty title="No entry fits">Every change and every refusal is written here. Choose another filter.</Empty>
        )}
        {entries.length > 0 && <EntryTable entries={entries} onOpen={open} />}
        {query.hasNextPage && (
          <Button className="self-start" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show earlier
          </Button>
        )}
      </div>
      {opened && <EntryDrawer entry={opened} onClose={() => open(null)} />}
    </Card>
  )
}
