import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { ontologyQuery } from "../../ontology/queries"
import { type ViewOut, viewsQuery } from "../queries"
import { Filled } from "./filled"

const route = getRouteApi("/app/views/$view")

/** The rows of one view: conditions, figures, every row with its sources. */
export function View() {
  const { view: name } = route.useParams()
  const views = useQuery(viewsQuery)
  const entity = useQuery(ontologyQuery).data?.find((one) => one.name === name)
  const view = views.data?.find((one) => one.name === name)
  return (
    <Page
      title={entity?.title ?? name}
      // Two lines from the start: what comes later shall not push the page down.
      lead={<span className="block min-h-10">{entity?.description}</span>}
      actions={
        <>
          <LiveBadge at={views.dataUpdatedAt || null} />
          <Link to="/views">All views</Link>
          <Link to="/entities/$entity" params={{ entity: name }}>
            Where it comes from
          </Link>
        </>
      }
    >
      <Async query={views} lines={10}>
        {() => (view ? <Known view={view} /> : <Unknown name={name} />)}
      </Async>
    </Page>
  )
}

function Unknown({ name }: { name: string }) {
  return (
    <Empty title={`There is no view ${name}`} action={<ButtonLink to="/views">See all views</ButtonLink>}>
      Views have the names of the ontology's entities.
    </Empty>
  )
}

function Known({ view }: { view: ViewOut }) {
  if (view.rows === 0)
    return (
      <Empty title="This view holds no rows yet" action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}>
        Connect a source that knows such records and sync it.
      </Empty>
    )
  return <Filled view={view} />
}
