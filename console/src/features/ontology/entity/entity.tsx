import { useQueries, useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Stat, Stats } from "@/components/stat"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { formatCount, formatNumber } from "@/lib/format"
import { useFigures } from "../freshness"
import { feeding, type Graph, readers } from "../lineage/graph"
import { type Entity as EntityOut, graphQuery, mappingQuery, ontologyQuery } from "../queries"
import { AttributesTable } from "./attributes-table"
import { FeedsTable } from "./feeds-table"
import { originsOf } from "./origins"

const route = getRouteApi("/app/entities/$entity")

/** Which columns of which streams make each attribute of an entity. */
export function Entity() {
  const { entity: name } = route.useParams()
  const ontology = useQuery(ontologyQuery)
  const graph = useQuery(graphQuery)
  const entity = ontology.data?.find((one) => one.name === name)
  return (
    <Page
      title={entity?.title ?? name}
      lead={entity?.description}
      actions={
        <>
          <LiveBadge at={graph.dataUpdatedAt || null} />
          <Link to="/ontology" search={{ through: `entity:${name}` }}>
            See it in the graph
          </Link>
          <ButtonLink to="/views/$view" params={{ view: name }}>
            See its rows
          </ButtonLink>
        </>
      }
    >
      <Async query={ontology} lines={8}>
        {() =>
          entity ? (
            <Async query={graph} lines={8}>
              {(told) => <Known entity={entity} graph={told} />}
            </Async>
          ) : (
            <Empty
              title={`There is no entity ${name}`}
              action={<ButtonLink to="/ontology">See all entities</ButtonLink>}
            >
              The ontology holds other business entities, such as accounts and opportunities.
            </Empty>
          )
        }
      </Async>
    </Page>
  )
}

function Known({ entity, graph }: { entity: EntityOut; graph: Graph }) {
  const feeds = feeding(graph, entity.name)
  const mappings = useQueries({ queries: feeds.map((one) => mappingQuery(one.connection, one.stream)) })
  const figuresOf = useFigures(feeds.map((one) => one.connection))
  const told = feeds.map((feed, at) => {
    return { ...feed, mapping: mappings[at]?.data, figures: figuresOf([feed]) }
  })
  const attributes = originsOf(entity, told)
  const rows = graph.nodes.find((node) => node.id === `entity:${entity.name}`)?.rows ?? null
  const agents = readers(graph, entity.name)
  const records = feeds.reduce((sum, one) => sum + (one.edge.rows ?? 0), 0)
  return (
    <>
      <Stats>
        <Stat
          name="Unified rows"
          value={rows === null ? null : formatNumber(rows)}
          note={`from ${formatCount(records, "record")}`}
        />
        <Stat name="Streams" value={formatNumber(feeds.length)} note="feed this entity" />
        <Stat
          name="Attributes with a source"
          value={`${attributes.filter((one) => one.origins.length).length} of ${attributes.length}`}
        />
        <Stat name="Read by" value={agents.join(", ") || "no agent"} />
      </Stats>
      <Card title="Fed by">
        {told.length ? (
          <FeedsTable feeds={told} />
        ) : (
          <Empty
            title="Nothing feeds this entity yet"
            action={<ButtonLink to="/connect/new">Connect a source</ButtonLink>}
          >
            Connect a source that knows {entity.title.toLowerCase()} data; its columns are mapped by themselves.
          </Empty>
        )}
        <p className="mt-3 text-sm text-muted">
          {entity.match_on.length
            ? `Records that agree on ${entity.match_on.join(" or ")} become one row.`
            : "Every record is a row of its own."}
        </p>
      </Card>
      <Card title="Attributes" actions={<Badge>{formatCount(attributes.length, "attribute")}</Badge>}>
        <p className="mb-3 text-sm text-muted">Named after {entity.standard}.</p>
        <AttributesTable entity={entity.title} attributes={attributes} />
      </Card>
    </>
  )
}
