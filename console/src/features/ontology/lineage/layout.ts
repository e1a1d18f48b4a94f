/** Where the nodes and links of the lineage graph stand: pure geometry, in CSS pixels. */
import { type SankeyLinkMinimal, type SankeyNodeMinimal, sankey, sankeyLinkHorizontal } from "d3-sankey"
import type { Edge, Graph, Node } from "./graph"

export type Placed = Node & { x: number; y: number; width: number; height: number }
export type Link = Edge & { path: string; width: number }
export type Layout = { nodes: Placed[]; links: Link[]; width: number; height: number }

/** What d3 works on: it writes `layer` and `height` of its own, so the graph's node stays apart. */
type AtNode = { id: string; node: Node } & SankeyNodeMinimal<object, object>
type AtLink = { source: string; target: string; edge: Edge; value: number } & Pick<
  SankeyLinkMinimal<object, object>,
  "width"
>

const NODE_WIDTH = 14
/** A node's button is 24 px high; this much between two nodes keeps buttons apart. */
const GAP = 26
/** Height for each node of the fullest column: with few there is room for thick bands. */
const ROOM = { few: 46, many: 32 }
const MANY = 40
export const TOP = 36
/** Half a button: the lowest node may be thin. */
const BOTTOM = 14
const COLUMNS = 4
const LEAST_HEIGHT = 320

/**
 * Lay a graph out in its four columns. A link is as wide as the square root of its rows: beside a million rows, eighteen
 * can still be seen. Nodes come back in reading order: by column, then from top to bottom.
 */
export function layOut(graph: Graph, width: number): Layout {
  const layers = [...Array(COLUMNS).keys()].map((layer) => graph.nodes.filter((node) => node.layer === layer).length)
  const most = Math.max(...layers)
  const height = Math.max(LEAST_HEIGHT, TOP + BOTTOM + most * (most > MANY ? ROOM.many : ROOM.few))
  if (graph.nodes.length === 0) return { nodes: [], links: [], width, height }
  const column = (width - labelRoom(width) - NODE_WIDTH) / (COLUMNS - 1)
  const diagram = sankey<AtNode, AtLink>()
    .nodeId((at) => at.id)
    .nodeAlign((at) => (at as AtNode).node.layer)
    .nodeWidth(NODE_WIDTH)
    .nodePadding(GAP)
    .extent([
      [0, TOP],
      [width, height - BOTTOM],
    ])
  const placed = diagram({
    nodes: graph.nodes.map((node) => ({ id: node.id, node })),
    links: graph.edges.map((edge) => {
      return { source: edge.source, target: edge.target, edge, value: Math.max(1, Math.sqrt(edge.rows ?? 0)) }
    }),
  })
  for (const at of placed.nodes) {
    at.x0 = at.node.layer * column
    at.x1 = at.x0 + NODE_WIDTH
  }
  const draw = sankeyLinkHorizontal()
  const links = placed.links.map(
    (link): Link => ({ ...link.edge, path: draw(link) ?? "", width: Math.max(1.5, link.width ?? 0) }),
  )
  return { nodes: inOrder(placed.nodes), links, width, height }
}

/** How much of the width the labels of the last column take. */
export function labelRoom(width: number): number {
  return Math.min(180, width * 0.2)
}

function inOrder(nodes: AtNode[]): Placed[] {
  return nodes
    .map(({ node, x0 = 0, x1 = 0, y0 = 0, y1 = 0 }) => {
      return { ...node, x: x0, y: y0, width: x1 - x0, height: Math.max(2, y1 - y0) }
    })
    .sort((a, b) => a.layer - b.layer || a.y - b.y || (a.id < b.id ? -1 : 1))
}

const SIDEWAYS: Record<string, ["source" | "target", "source" | "target"]> = {
  ArrowRight: ["source", "target"],
  ArrowLeft: ["target", "source"],
}

/** The node that an arrow key leads to: along the widest link, or to the neighbour in the column; null stays. */
export function step(layout: Layout, id: string, key: string): string | null {
  const along = SIDEWAYS[key]
  if (along) {
    const [here, there] = along
    const links = layout.links.filter((link) => link[here] === id).sort((a, b) => b.width - a.width)
    return links[0]?.[there] ?? null
  }
  const node = layout.nodes.find((one) => one.id === id)
  const column = layout.nodes.filter((one) => one.layer === node?.layer)
  const at = column.findIndex((one) => one.id === id)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: column.length - 1 }[key]
  return next === undefined ? null : (column[next]?.id ?? null)
}
