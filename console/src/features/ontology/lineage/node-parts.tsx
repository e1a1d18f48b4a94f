import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { api, data } from "@/api/client"
import { Async } from "@/components/async"
import { ButtonLink, Link } from "@/components/link"
import { formatCount } from "@/lib/format"
import { FieldsTable } from "../fields-table"
import { Freshness } from "../freshness"
import { mappingQuery, ontologyQuery } from "../queries"
import { decidedBy, keyText } from "../words"
import { feeding, type Graph, type Node, placeOf, readers } from "./graph"

type Props = { graph: Graph; node: Node }

/** A connection: its streams, how fresh each is, and what each feeds. */
export function ConnectionPart({ graph, node }: Props) {
  const { connection } = placeOf(node.id)
  const streams = graph.nodes.filter((one) => one.parent === node.id)
  return (
    <>
      <Part title="Streams">
        <ul className="flex flex-col gap-2 text-sm">
          {streams.map((one) => (
            <li key={one.id} className="flex flex-wrap items-baseline justify-between gap-2 border-b pb-2">
              <NodeLink node={one} />
              <span className="text-xs text-muted">
                {one.rows !== null && `${formatCount(one.rows, "row")}, `}
                <Freshness connection={connection} stream={placeOf(one.id).stream} />
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Ways>
        <ButtonLink to="/connect/$connectionId" params={{ connectionId: connection }}>
          Open the connection
        </ButtonLink>
      </Ways>
    </>
  )
}

/** A stream: the mapping in force with its version, every field, and its freshness. */
export function StreamPart({ graph, node }: Props) {
  const { connection, stream } = placeOf(node.id)
  const mapping = useQuery(mappingQuery(connection, stream))
  const source = graph.nodes.find((one) => one.id === node.parent)
  return (
    <>
      <p className="text-sm">
        From {source ? <NodeLink node={source} /> : "a connection"}, <Freshness {...{ connection, stream }} />
      </p>
      <Async query={mapping}>
        {(told) => (
          <>
            <Part title={`Mapping, version ${told.version}`}>
              <p className="mb-2 text-sm text-muted">
                Approved by {decidedBy(told.approved_by)}. {keyText(told.key_columns)}
              </p>
              <FieldsTable caption={`Fields of ${stream}`} fields={told.fields} />
            </Part>
            <Ways>
              <ButtonLink to="/entities/$entity" params={{ entity: told.entity }}>
                Open the entity
              </ButtonLink>
              <Link to="/views/$view" params={{ view: told.entity }}>
                See its rows
              </Link>
              <Link to="/connect/$connectionId" params={{ connectionId: connection }} search={{ tab: "streams" }}>
                Open the connection
              </Link>
            </Ways>
          </>
        )}
      </Async>
    </>
  )
}

/** An entity: what it is, what feeds it, and who reads it. */
export function EntityPart({ graph, node }: Props) {
  const name = node.id.slice("entity:".length)
  const entity = useQuery(ontologyQuery).data?.find((one) => one.name === name)
  const feeds = feeding(graph, name)
  const mapped = new Set(feeds.flatMap((one) => one.edge.fields.map((field) => field.target)))
  const agents = graph.nodes.filter((one) => one.kind === "agent" && readers(graph, name).includes(one.label))
  return (
    <>
      <p className="text-sm">{entity?.description}</p>
      <Part title="Fed by">
        <ul className="flex flex-col gap-2 text-sm">
          {feeds.map((one) => (
            <li key={one.edge.id} className="border-b pb-2">
              <NodeLink node={one.node} /> <span className="text-muted">of {one.connectionName}</span>
              <span className="block text-xs text-muted">
                {one.edge.rows !== null && `${formatCount(one.edge.rows, "record")}, `}
                {formatCount(one.edge.fields.length, "mapped field")},{" "}
                <Freshness connection={one.connection} stream={one.stream} />
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title={`Mapped attributes (${mapped.size} of ${entity?.attributes.length ?? "…"})`}>
        <p className="text-sm">{[...mapped].sort().join(", ")}</p>
      </Part>
      <Part title="Read by">
        <p className="flex flex-wrap gap-3 text-sm">
          {agents.length ? agents.map((one) => <NodeLink key={one.id} node={one} />) : "No agent yet."}
        </p>
      </Part>
      <Ways>
        <ButtonLink to="/entities/$entity" params={{ entity: name }}>
          See where every attribute comes from
        </ButtonLink>
        <Link to="/views/$view" params={{ view: name }}>
          See its rows
        </Link>
      </Ways>
    </>
  )
}

/** An agent: what it does, and the entities it reads. */
export function AgentPart({ graph, node }: Props) {
  const agents = useQuery({ queryKey: ["aoa", "agents"], queryFn: () => data(api.GET("/api/v1/aoa/agents")) })
  const read = graph.edges.filter((edge) => edge.target === node.id).map((edge) => edge.source)
  return (
    <>
      <p className="text-sm">{agents.data?.agents.find((one) => one.name === node.label)?.description}</p>
      <Part title="Reads">
        <ul className="flex flex-wrap gap-3 text-sm">
          {graph.nodes
            .filter((one) => read.includes(one.id))
            .map((one) => (
              <li key={one.id}>
                <NodeLink node={one} />
              </li>
            ))}
        </ul>
      </Part>
      <Ways>
        <ButtonLink to="/agents" search={{ agent: node.label }}>
          See its findings
        </ButtonLink>
      </Ways>
    </>
  )
}

/** To another node of the graph, in the same drawer. */
function NodeLink({ node }: { node: Node }) {
  return (
    <Link to="/ontology" search={(now) => ({ ...now, node: node.id })}>
      {node.label}
    </Link>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 text-sm">{title}</h3>
      {children}
    </section>
  )
}

function Ways({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-4 text-sm">{children}</div>
}
