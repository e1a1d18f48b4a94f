import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import { useState } from "react"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Page } from "@/components/page"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatDuration, formatWord } from "@/lib/format"
import { ConnectPlaces } from "../places"
import { type Watch, watchesQuery } from "../queries"
import { toneOf } from "../words"
import { WatchDialog } from "./watch-dialog"
import { WatchDrawer } from "./watch-drawer"

const route = getRouteApi("/app/connect/watches")

/** Airbyte deployments whose syncs are watched from here. */
export function Watches() {
  const { watch: openId } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(watchesQuery)
  const [adding, setAdding] = useState(false)
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      Watch a deployment
    </Button>
  )
  return (
    <Page
      title="Watches"
      lead="Airbyte deployments that go on syncing by themselves: their last syncs, and a warning when one fails or is late."
      actions={query.data?.length ? add : undefined}
    >
      <ConnectPlaces />
      <Card>
        <Async query={query}>
          {(watches) =>
            watches.length === 0 ? (
              <Empty title="No deployment is watched" action={add}>
                Give the address of an Airbyte deployment and a credential that may read. Nothing is changed there.
              </Empty>
            ) : (
              <DataTable
                caption="Watches"
                columns={COLUMNS}
                rows={watches}
                rowId={(watch) => watch.id}
                selected={openId}
              />
            )
          }
        </Async>
      </Card>
      {adding && <WatchDialog onClose={() => setAdding(false)} />}
      {openId && <WatchDrawer id={openId} onClose={() => void navigate({ search: {}, replace: true })} />}
    </Page>
  )
}

const COLUMNS: Column<Watch>[] = [
  {
    id: "name",
    header: "Name",
    value: (watch) => watch.name,
    cell: (watch) => (
      <Link to="/connect/watches" search={{ watch: watch.id }}>
        {watch.name}
      </Link>
    ),
  },
  { id: "url", header: "Address", value: (watch) => watch.url },
  {
    id: "state",
    header: "State",
    value: (watch) => watch.state,
    cell: (watch) => (
      <>
        <Badge tone={toneOf(watch.state)}>{formatWord(watch.state)}</Badge>
        {watch.error && <p className="mt-1 max-w-80 text-xs text-bad">{watch.error}</p>}
      </>
    ),
  },
  {
    id: "checked",
    header: "Last look",
    value: (watch) => watch.check_time,
    cell: (watch) => <Time at={watch.check_time} />,
  },
  {
    id: "every",
    header: "Every",
    numeric: true,
    value: (watch) => watch.every_seconds,
    cell: (watch) => formatDuration(watch.every_seconds * 1000),
  },
]
