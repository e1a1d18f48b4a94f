/** What the parts of the lineage graph are called, and their colours: green, then blue, then purple. */
import type { Kind } from "./graph"

export const KINDS: Record<Kind, { one: string; many: string }> = {
  source: { one: "Connection", many: "Connections" },
  data_set: { one: "Stream", many: "Streams" },
  entity: { one: "Entity", many: "Entities" },
  agent: { one: "Agent", many: "Agents" },
}

export const COLUMNS = (["source", "data_set", "entity", "agent"] as const).map((kind) => ({ kind, ...KINDS[kind] }))

export const FILL: Record<Kind, string> = {
  source: "fill-good",
  data_set: "fill-good",
  entity: "fill-info",
  agent: "fill-agent",
}

export const STROKE: Record<string, string> = {
  hierarchy: "stroke-good",
  dataflow: "stroke-info",
  consumption: "stroke-agent",
}

export const BANDS = [
  { kind: "hierarchy", swatch: "bg-good", text: "Connection reads a stream" },
  { kind: "dataflow", swatch: "bg-info", text: "Stream feeds an entity" },
  { kind: "consumption", swatch: "bg-agent", text: "Agent reads the entity's view" },
] as const
