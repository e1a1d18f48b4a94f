import { Dialog } from "@/components/ui/dialog"
import { formatCount } from "@/lib/format"
import type { Graph, Node } from "./graph"
import { KINDS } from "./looks"
import { AgentPart, ConnectionPart, EntityPart, StreamPart } from "./node-parts"

type Props = { graph: Graph; id: string; onClose: () => void }

/** What stands behind one node of the graph, and where to go from it. */
export function NodeDrawer({ graph, id, onClose }: Props) {
  const node = graph.nodes.find((one) => one.id === id)
  return (
    <Dialog
      open={id !== ""}
      onClose={onClose}
      shape="drawer"
      title={node?.label ?? "Not in the graph"}
      description={node ? describe(node) : "No mapping in force mentions it any more. Close this and choose another."}
    >
      {node && <Parts graph={graph} node={node} />}
    </Dialog>
  )
}

function describe(node: Node): string {
  const rows = node.rows === null ? "" : `, ${formatCount(node.rows, "row")}`
  const deleted = node.deleted ? `, ${formatCount(node.deleted, "record")} deleted in the source` : ""
  return KINDS[node.kind].one + rows + deleted
}

function Parts({ graph, node }: { graph: Graph; node: Node }) {
  if (node.kind === "source") return <ConnectionPart graph={graph} node={node} />
  if (node.kind === "data_set") return <StreamPart graph={graph} node={node} />
  if (node.kind === "entity") return <EntityPart graph={graph} node={node} />
  return <AgentPart graph={graph} node={node} />
}
