/** The lineage graph as the screens use it: numbers are numbers, and walks along its edges. */

export const LAYERS = ["source", "data_set", "entity", "agent"] as const
export type Kind = (typeof LAYERS)[number]

export type Node = {
  id: string
  kind: Kind
  /** 0 connection, 1 stream, 2 entity, 3 agent. */
  layer: number
  label: string
  parent: string
  /** null where rows have no meaning, as for an agent. */
  rows: number | null
  deleted: number
}
export type Field = { source: string; target: string; confidence: number }
export type Edge = { id: string; source: string; target: string; kind: string; rows: number | null; fields: Field[] }
export type Graph = { nodes: Node[]; edges: Edge[] }

type Told = Record<string, unknown>

/** Read the answer of the API, which gives its 64-bit numbers as text; edges between unknown nodes are left out. */
export function readGraph(body: Told): Graph {
  const nodes = list(body.nodes).flatMap((told): Node[] => {
    const kind = LAYERS.find((known) => known === told.kind)
    if (!kind) return []
    const [id, label, parent] = [text(told.id), text(told.label), text(told.parent_id)]
    return [
      {
        id,
        kind,
        layer: LAYERS.indexOf(kind),
        label,
        parent,
        rows: count(told.rows),
        deleted: count(told.deleted) ?? 0,
      },
    ]
  })
  const layers = new Map(nodes.map((node) => [node.id, node.layer]))
  const edges = list(body.edges).map(
    (told): Edge => ({
      id: text(told.id),
      source: text(told.source),
      target: text(told.target),
      kind: text(told.kind),
      rows: count(told.rows),
      fields: list(told.fields).map((field) => ({
        source: text(field.source),
        target: text(field.target),
        confidence: Number(field.confidence) || 0,
      })),
    }),
  )
  const forward = (edge: Edge) => (layers.get(edge.source) ?? 9) < (layers.get(edge.target) ?? -1)
  return { nodes, edges: edges.filter(forward) }
}

/** The ids of all nodes and edges on a path through `id`, up- and downstream, itself included. */
export function pathThrough(graph: Graph, id: string): Set<string> {
  const found = new Set([id])
  const walk = (from: "source" | "target", to: "source" | "target") => {
    const edges = Map.groupBy(graph.edges, (edge) => edge[from])
    const waiting = [id]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const edge of edges.get(at) ?? []) {
        found.add(edge.id)
        if (!found.has(edge[to])) waiting.push(edge[to])
        found.add(edge[to])
      }
    }
  }
  walk("source", "target")
  walk("target", "source")
  return found
}

/** What is left of a graph when only the paths through one node count; all of it for an unknown node. */
export function narrow(graph: Graph, id: string): Graph {
  if (!graph.nodes.some((node) => node.id === id)) return graph
  const kept = pathThrough(graph, id)
  return {
    nodes: graph.nodes.filter((node) => kept.has(node.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.id) && kept.has(edge.source) && kept.has(edge.target)),
  }
}

/** The connection and stream of a data set's id, `data_set:<connection>/<stream>`; the connection of a source's. */
export function placeOf(id: string): { connection: string; stream: string } {
  const place = id.slice(id.indexOf(":") + 1)
  const cut = place.indexOf("/")
  return cut < 0 ? { connection: place, stream: "" } : { connection: place.slice(0, cut), stream: place.slice(cut + 1) }
}

/** A stream that feeds an entity, with what it brings. */
export type Feeding = { connection: string; connectionName: string; stream: string; node: Node; edge: Edge }

/** The streams that feed an entity, those with most rows first. */
export function feeding(graph: Graph, entity: string): Feeding[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  return graph.edges
    .filter((edge) => edge.kind === "dataflow" && edge.target === `entity:${entity}`)
    .flatMap((edge) => {
      const node = nodes.get(edge.source)
      if (!node) return []
      return [{ ...placeOf(node.id), connectionName: nodes.get(node.parent)?.label ?? "", node, edge }]
    })
    .sort((a, b) => (b.edge.rows ?? 0) - (a.edge.rows ?? 0))
}

/** The names of the agents that read an entity's view. */
export function readers(graph: Graph, entity: string): string[] {
  const read = graph.edges.filter((edge) => edge.kind === "consumption" && edge.source === `entity:${entity}`)
  return read.map((edge) => edge.target.slice("agent:".length))
}

function list(value: unknown): Told[] {
  return Array.isArray(value) ? (value as Told[]) : []
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

/** A count that may come as text; below zero means that there is none. */
function count(value: unknown): number | null {
  const number = Number(value ?? -1)
  return Number.isFinite(number) && number >= 0 ? number : null
}
