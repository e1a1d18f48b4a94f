import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useMemo } from "react"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useMe } from "@/lib/me"
import { withSearch } from "@/lib/search"
import { type User, usersQuery } from "../queries"
import { Invitations } from "./invitations"
import { UserDrawer } from "./user-drawer"

const route = getRouteApi("/app/admin")

/** The people of the tenant, and those who are invited. */
export function Users() {
  const query = useInfiniteQuery(usersQuery)
  const me = useMe()
  const { user: open = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const setOpen = useCallback(
    (id: string) => void navigate({ search: (now) => withSearch(now, { user: id }), resetScroll: false }),
    [navigate],
  )
  const users = query.data?.pages.flatMap((page) => page.users) ?? []
  const columns = useMemo(() => columnsOf(me?.id ?? "", setOpen), [me?.id, setOpen])
  const user = users.find((one) => one.id === open)
  return (
    <div className="flex flex-col gap-4">
      <Card title="Users">
        {query.isPending && <Skeleton lines={3} />}
        {query.isError && !users.length && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
        {users.length > 0 && (
          <DataTable
            caption="Users of the tenant"
            columns={columns}
            rows={users}
            rowId={(one) => one.id}
            selected={open || undefined}
          />
        )}
        {query.hasNextPage && (
          <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Card>
      {!(query.isError && !users.length) && <Invitations />}
      {user && <UserDrawer user={user} me={user.id === me?.id} onClose={() => setOpen("")} />}
    </div>
  )
}

function columnsOf(me: string, onOpen: (id: string) => void): Column<User>[] {
  return [
    {
      id: "email",
      header: "E-mail address",
      value: (one) => one.email || one.name,
      cell: (one) => (
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-bold break-all">{one.email || one.name}</span>
          {one.id === me && <Badge tone="info">You</Badge>}
        </span>
      ),
    },
    { id: "roles", header: "Roles", value: (one) => one.roles.join(", ") },
    {
      id: "state",
      header: "State",
      value: (one) => one.disabled,
      cell: (one) => (one.disabled ? <Badge tone="warn">Disabled</Badge> : <Badge tone="good">Active</Badge>),
    },
    { id: "since", header: "Since", value: (one) => one.created_at, cell: (one) => <Time at={one.created_at} /> },
    {
      id: "manage",
      header: <span className="sr-only">Manage</span>,
      cell: (one) => (
        <Button kind="quiet" onClick={() => onOpen(one.id)} aria-label={`Manage ${one.email || one.name}`}>
          Manage…
        </Button>
      ),
    },
  ]
}
