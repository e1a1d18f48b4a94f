import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { feeding, type Graph } from "../lineage/graph"
import { type Entity, ontologyQuery } from "../queries"

/** Every entity of the ontology, with how much of it some source fills. */
export function EntityList({ graph }: { graph: Graph }) {
  const ontology = useQuery(ontologyQuery)
  return (
    <Card title="Entities">
      <Async query={ontology} lines={6}>
        {(entities) => (
          <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {entities.map((entity) => (
              <li key={entity.name} className="rounded-xl bg-raised p-3 text-sm">
                <div className="flex items-baseline justify-between gap-2">
                  <Link to="/entities/$entity" params={{ entity: entity.name }}>
                    {entity.title}
                  </Link>
                  <Filled entity={entity} graph={graph} />
                </div>
                <p className="mt-1 text-xs text-muted">{entity.description}</p>
              </li>
            ))}
          </ul>
        )}
      </Async>
    </Card>
  )
}

function Filled({ entity, graph }: { entity: Entity; graph: Graph }) {
  const mapped = new Set(feeding(graph, entity.name).flatMap((one) => one.edge.fields.map((field) => field.target)))
  if (mapped.size === 0) return <Badge>No source yet</Badge>
  return (
    <Badge tone="good">
      {mapped.size} of {formatCount(entity.attributes.length, "attribute")}
    </Badge>
  )
}
