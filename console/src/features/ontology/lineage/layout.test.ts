import { describe, expect, it } from "vitest"
import { type Graph, type Kind, LAYERS, type Node } from "./graph"
import { layOut, step, TOP } from "./layout"

function node(kind: Kind, name: string): Node {
  return { id: `${kind}:${name}`, kind, layer: LAYERS.indexOf(kind), label: name, parent: "", rows: 10, deleted: 0 }
}

/** 20 connections with 11 streams each, 40 entities, 20 agents: 300 nodes. */
function wide(): Graph {
  const edge = (source: string, target: string, kind: string, rows: number) => {
    return { id: `${kind}:${source}->${target}`, source, target, kind, rows, fields: [] }
  }
  const connections = [...Array(20).keys()].map((at) => node("source", `c${at}`))
  const streams = [...Array(220).keys()].map((at) => node("data_set", `s${at}`))
  const entities = [...Array(40).keys()].map((at) => node("entity", `e${at}`))
  const agents = [...Array(20).keys()].map((at) => node("agent", `a${at}`))
  return {
    nodes: [...agents, ...entities, ...streams, ...connections],
    edges: [
      ...streams.map((one, at) => edge(`source:c${at % 20}`, one.id, "hierarchy", at * at)),
      ...streams.map((one, at) => edge(one.id, `entity:e${at % 40}`, "dataflow", at * at)),
      ...entities.map((one, at) => edge(one.id, `agent:a${at % 20}`, "consumption", at)),
    ],
  }
}

describe("layOut with 300 nodes", () => {
  const graph = wide()
  const layout = layOut(graph, 1000)

  it("places every node and link once", () => {
    expect(layout.nodes).toHaveLength(300)
    expect(layout.links).toHaveLength(480)
    expect(new Set(layout.nodes.map((one) => one.id)).size).toBe(300)
    expect(layout.links.every((link) => link.path.startsWith("M") && !link.path.includes("NaN"))).toBe(true)
  })
  it("keeps each kind in its column, in reading order", () => {
    const columns = Map.groupBy(layout.nodes, (one) => one.x)
    expect([...columns.keys()]).toEqual([...columns.keys()].sort((a, b) => a - b))
    expect([...columns.values()].map((column) => column.length)).toEqual([20, 220, 40, 20])
    for (const column of columns.values()) expect(new Set(column.map((one) => one.kind)).size).toBe(1)
  })
  it("leaves room for a button of 24 px at each node, within the picture", () => {
    for (const column of Map.groupBy(layout.nodes, (one) => one.x).values()) {
      for (const [at, one] of column.entries()) {
        const before = column[at - 1]
        expect(one.y).toBeGreaterThanOrEqual(TOP - 0.5)
        expect(one.y + one.height).toBeLessThanOrEqual(layout.height + 2)
        if (before) expect(one.y + one.height / 2 - (before.y + before.height / 2)).toBeGreaterThanOrEqual(24)
      }
    }
  })
  it("does not change the graph it was given", () => {
    expect(graph).toEqual(wide())
  })
})

describe("layOut with little", () => {
  it("draws nothing of nothing, and a node that nothing is linked to", () => {
    expect(layOut({ nodes: [], edges: [] }, 800).nodes).toEqual([])
    expect(layOut({ nodes: [node("entity", "alone")], edges: [] }, 800).nodes).toHaveLength(1)
  })
  it("makes a link with four times the rows twice as wide", () => {
    const nodes = [node("source", "c"), node("data_set", "small"), node("data_set", "large")]
    const edges = [100, 400].map((rows, at) => {
      const target = nodes[at + 1]?.id ?? ""
      return { id: `h${at}`, source: "source:c", target, kind: "hierarchy", rows, fields: [] }
    })
    const [small, large] = layOut({ nodes, edges }, 800).links
    expect((large?.width ?? 0) / (small?.width ?? 1)).toBeCloseTo(2)
  })
})

describe("step", () => {
  const layout = layOut(wide(), 1000)
  it("follows the widest link to the right and back to the left", () => {
    const wides = layout.links.filter((link) => link.source === "source:c0").sort((a, b) => b.width - a.width)
    expect(step(layout, "source:c0", "ArrowRight")).toBe(wides[0]?.target)
    expect(step(layout, "data_set:s7", "ArrowLeft")).toBe("source:c7")
    expect(step(layout, "source:c0", "ArrowLeft")).toBeNull()
  })
  it("goes up and down in a column, and stays at its ends", () => {
    const [first, second] = layout.nodes.filter((one) => one.layer === 0).map((one) => one.id)
    expect(step(layout, first ?? "", "ArrowDown")).toBe(second)
    expect(step(layout, second ?? "", "ArrowUp")).toBe(first)
    expect(step(layout, first ?? "", "ArrowUp")).toBeNull()
    expect(step(layout, second ?? "", "Home")).toBe(first)
    expect(step(layout, first ?? "", "x")).toBeNull()
  })
})
