import type { Feeding } from "../lineage/graph"
import type { Attribute, Entity, MappedField, Mapping, StreamFigures } from "../queries"

/** A stream that feeds the entity, with its mapping and figures where they are known. */
export type Feed = Feeding & { mapping: Mapping | undefined; figures: StreamFigures[] | null }

/** A column that makes an attribute; `field` once the mapping is known. */
export type Origin = { feed: Feed; column: string; confidence: number; field: MappedField | undefined }
export type Sourced = Attribute & { origins: Origin[] }

/** Each attribute of an entity with the columns that make it; those with a source first, in the ontology's order. */
export function originsOf(entity: Entity, feeds: readonly Feed[]): Sourced[] {
  const sourced = entity.attributes.map((attribute): Sourced => {
    const origins = feeds.flatMap((feed) =>
      feed.edge.fields
        .filter((field) => field.target === attribute.name)
        .map(({ source, confidence }): Origin => {
          const same = (field: MappedField) => field.source === source && field.attribute === attribute.name
          return { feed, column: source, confidence, field: feed.mapping?.fields.find(same) }
        }),
    )
    return { ...attribute, origins }
  })
  return [...sourced.filter((one) => one.origins.length), ...sourced.filter((one) => !one.origins.length)]
}
