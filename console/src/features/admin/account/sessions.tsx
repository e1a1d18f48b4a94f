import { useQuery } from "@tanstack/react-query"
import { useMemo, useState } from "react"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { formatCount } from "@/lib/format"
import { endOtherSessions, endSession } from "../deeds"
import { identityKey, type Session, sessionsQuery } from "../queries"
import { deviceOf } from "./device"

const FIRST = 10
const refetch = [[...identityKey, "sessions"]]

/** Where one is signed in. */
export function Sessions() {
  const query = useQuery(sessionsQuery)
  const end = useDeed(endSession, { done: () => "The session has ended.", refetch })
  const others = useDeed(endOtherSessions, {
    done: ({ ended }) => `${formatCount(ended, "other session")} ended.`,
    refetch,
  })
  const busy = end.isPending ? end.variables : ""
  const { mutate } = end
  const columns = useMemo(() => columnsOf(busy, mutate), [busy, mutate])
  const [whole, setWhole] = useState(false)
  const failed = [end, others].find((deed) => deed.isError)
  return (
    <Card
      title="Sessions"
      actions={
        <Button
          kind="danger"
          busy={others.isPending}
          disabled={(query.data?.length ?? 0) < 2}
          onClick={() => others.mutate()}
        >
          End all others
        </Button>
      }
    >
      {failed && <Trouble error={failed.error} />}
      <Async query={query}>
        {(sessions) => (
          <>
            <DataTable
              caption="Your sessions, the one used last first"
              columns={columns}
              rows={whole ? sessions : sessions.slice(0, FIRST)}
              rowId={idOf}
            />
            {!whole && sessions.length > FIRST && (
              <Button className="mt-3" onClick={() => setWhole(true)}>
                Show all {sessions.length}
              </Button>
            )}
          </>
        )}
      </Async>
    </Card>
  )
}

const idOf = (session: Session) => session.id

function columnsOf(busy: string, onEnd: (id: string) => void): Column<Session>[] {
  return [
    {
      id: "where",
      header: "Where",
      value: (one) => deviceOf(one.user_agent),
      cell: (one) => (
        <span className="flex flex-wrap items-center gap-2" title={one.user_agent}>
          {deviceOf(one.user_agent)}
          {one.current && <Badge tone="good">This one</Badge>}
        </span>
      ),
    },
    { id: "address", header: "Address", value: (one) => one.address },
    { id: "began", header: "Began", value: (one) => one.created_at, cell: (one) => <Time at={one.created_at} /> },
    { id: "used", header: "Last used", value: (one) => one.used_at, cell: (one) => <Time at={one.used_at} /> },
    {
      id: "end",
      header: <span className="sr-only">End</span>,
      cell: (one) =>
        !one.current && (
          <Button
            kind="quiet"
            busy={busy === one.id}
            onClick={() => onEnd(one.id)}
            aria-label={`End the session of ${deviceOf(one.user_agent)}`}
          >
            End
          </Button>
        ),
    },
  ]
}
