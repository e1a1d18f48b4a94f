import { type KeyboardEvent, memo, useCallback, useMemo, useRef, useState } from "react"
import { cn } from "@/lib/cn"
import { formatCompact, formatCount } from "@/lib/format"
import { useWidth } from "@/lib/width"
import { type Graph, pathThrough } from "./graph"
import { type Layout, type Link, labelRoom, layOut, type Placed, step } from "./layout"
import { COLUMNS, FILL, KINDS, STROKE } from "./looks"

const LEAST_WIDTH = 820
const BUTTON_HEIGHT = 24

type Props = { graph: Graph; open: string; onOpen: (id: string) => void }

/** The lineage graph as bands that flow from connections to agents; pointing at a node lights its whole path. */
export function Sankey({ graph, open, onOpen }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const [pointed, setPointed] = useState("")
  const layout = useMemo(() => layOut(graph, Math.max(LEAST_WIDTH, width)), [graph, width])
  const lit = useMemo(() => (pointed ? pathThrough(graph, pointed) : null), [graph, pointed])
  return (
    <div ref={box} className="relative overflow-x-auto">
      {width > 0 && (
        <div className="relative" style={{ width: layout.width, height: layout.height }}>
          <Bands layout={layout} lit={lit} />
          <Nodes layout={layout} lit={lit} open={open} onOpen={onOpen} onPoint={setPointed} />
        </div>
      )}
    </div>
  )
}

/** The picture itself: bands and nodes; names and keys are the buttons over it. */
function Bands({ layout, lit }: { layout: Layout; lit: Set<string> | null }) {
  const say = COLUMNS.map(({ kind, many }) => {
    return `${layout.nodes.filter((node) => node.kind === kind).length} ${many.toLowerCase()}`
  })
  return (
    <svg
      role="img"
      aria-label={`Flow of rows between ${say.join(", ")}. The table shows the same.`}
      width={layout.width}
      height={layout.height}
    >
      {COLUMNS.map(({ kind, many }) => {
        const x = layout.nodes.find((node) => node.kind === kind)?.x
        return x === undefined ? null : (
          <text key={kind} x={x} y={16} className="fill-muted text-xs font-bold">
            {many}
          </text>
        )
      })}
      <g fill="none">
        {layout.links.map((link) => (
          <Band key={link.id} link={link} light={brightness(lit, link.id)} />
        ))}
      </g>
      {layout.nodes.map((node) => (
        <rect
          key={node.id}
          x={node.x}
          y={node.y}
          width={node.width}
          height={node.height}
          rx={3}
          className={cn(FILL[node.kind], lit && !lit.has(node.id) && "opacity-25")}
        />
      ))}
    </svg>
  )
}

/** Drawn anew only when it changes: among hundreds, pointing at a node changes a few. */
const Band = memo(function Band({ link, light }: { link: Link; light: string }) {
  return (
    <path d={link.path} strokeWidth={link.width} className={cn(STROKE[link.kind], light)}>
      <title>{bandText(link)}</title>
    </path>
  )
})

function brightness(lit: Set<string> | null, id: string): string {
  if (!lit) return "opacity-35"
  return lit.has(id) ? "opacity-70" : "opacity-8"
}

function bandText(link: Link): string {
  const rows = link.rows === null ? "" : formatCount(link.rows, "row")
  return link.fields.length ? `${rows}, ${formatCount(link.fields.length, "mapped field")}` : rows
}

type NodesProps = {
  layout: Layout
  lit: Set<string> | null
  open: string
  onOpen: (id: string) => void
  onPoint: (id: string) => void
}

/** One button a node, in reading order; arrows move along the bands and within a column. */
function Nodes({ layout, lit, open, onOpen, onPoint }: NodesProps) {
  const box = useRef<HTMLDivElement>(null)
  const column = (layout.width - labelRoom(layout.width)) / (COLUMNS.length - 1)
  const press = useCallback(
    (event: KeyboardEvent, id: string) => {
      const next = step(layout, id, event.key)
      if (next === null) return
      event.preventDefault()
      box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus()
    },
    [layout],
  )
  return (
    <div ref={box}>
      {layout.nodes.map((node) => (
        <NodeButton
          key={node.id}
          node={node}
          room={node.kind === "agent" ? labelRoom(layout.width) : column - 24}
          dim={lit !== null && !lit.has(node.id)}
          open={node.id === open}
          onOpen={onOpen}
          onPress={press}
          onPoint={onPoint}
        />
      ))}
    </div>
  )
}

type NodeProps = Pick<NodesProps, "onOpen" | "onPoint"> & {
  node: Placed
  /** Most width in pixels. */
  room: number
  dim: boolean
  open: boolean
  onPress: (event: KeyboardEvent, id: string) => void
}

const NodeButton = memo(function NodeButton({ node, room, dim, open, onOpen, onPress, onPoint }: NodeProps) {
  const height = Math.max(BUTTON_HEIGHT, node.height)
  return (
    <button
      type="button"
      data-node={node.id}
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={() => onOpen(node.id)}
      onKeyDown={(event) => onPress(event, node.id)}
      onFocus={() => onPoint(node.id)}
      onBlur={() => onPoint("")}
      onPointerEnter={() => onPoint(node.id)}
      onPointerLeave={() => onPoint("")}
      style={{ left: node.x, top: node.y + node.height / 2 - height / 2, height, maxWidth: room }}
      className={cn("absolute flex items-center rounded pl-[1.15rem] text-xs", dim && "opacity-40")}
    >
      <NodeLabel node={node} />
    </button>
  )
})

function NodeLabel({ node }: { node: Placed }) {
  return (
    <span className="flex min-w-0 items-baseline gap-1.5 rounded bg-surface/85 px-1.5 py-0.5">
      <span className="sr-only">{KINDS[node.kind].one} </span>
      <span className="truncate font-bold">{node.label}</span>
      {node.rows !== null && (
        <span className="text-muted">
          {formatCompact(node.rows)}
          <span className="sr-only"> rows</span>
        </span>
      )}
    </span>
  )
}
