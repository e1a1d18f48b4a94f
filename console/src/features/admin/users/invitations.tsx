import { useInfiniteQuery } from "@tanstack/react-query"
import { UserPlus } from "lucide-react"
import { useState } from "react"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { withdraw } from "../deeds"
import { type Invitation, identityKey, invitationsQuery } from "../queries"
import { InviteDialog } from "./invite-dialog"

/** Who is invited and has not come yet. */
export function Invitations() {
  const query = useInfiniteQuery(invitationsQuery)
  const [inviting, setInviting] = useState(false)
  const back = useDeed(withdraw, { done: () => "The invitation is withdrawn.", refetch: [[...identityKey]] })
  const invitations = query.data?.pages.flatMap((page) => page.invitations) ?? []
  return (
    <Card
      title="Invitations"
      actions={
        <Button kind="primary" onClick={() => setInviting(true)}>
          <UserPlus aria-hidden className="size-4" />
          Invite somebody
        </Button>
      }
    >
      {query.isPending && <Skeleton lines={2} />}
      {query.isError && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      {back.isError && <Trouble error={back.error} />}
      {query.isSuccess && invitations.length === 0 && (
        <p className="text-sm text-muted">
          Nobody is waiting. An invitation goes out by mail and is good for seven days.
        </p>
      )}
      {invitations.length > 0 && (
        <DataTable
          caption="Invitations that wait"
          rows={invitations}
          rowId={(one) => one.id}
          columns={columnsOf(back.isPending ? back.variables : "", back.mutate)}
        />
      )}
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Card>
  )
}

function columnsOf(busy: string, onWithdraw: (id: string) => void): Column<Invitation>[] {
  return [
    { id: "email", header: "E-mail address", value: (one) => one.email },
    { id: "roles", header: "Roles", value: (one) => one.roles.join(", ") },
    { id: "sent", header: "Sent", value: (one) => one.created_at, cell: (one) => <Time at={one.created_at} /> },
    {
      id: "ends",
      header: "Expires",
      value: (one) => one.expires_at,
      cell: (one) => <Time at={one.expires_at} />,
    },
    {
      id: "withdraw",
      header: <span className="sr-only">Withdraw</span>,
      cell: (one) => (
        <Button
          kind="quiet"
          busy={busy === one.id}
          onClick={() => onWithdraw(one.id)}
          aria-label={`Withdraw the invitation of ${one.email}`}
        >
          Withdraw
        </Button>
      ),
    },
  ]
}
