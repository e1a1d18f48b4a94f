import { describe, expect, it } from "vitest"
import { feeding, narrow, pathThrough, placeOf, readers, readGraph } from "./graph"

const body = {
  nodes: [
    { id: "source:c1", kind: "source", label: "crm", rows: "-1", parent_id: "", deleted: "0" },
    { id: "data_set:c1/public.deals", kind: "data_set", label: "public.deals", rows: "1500", parent_id: "source:c1" },
    { id: "data_set:c1/a/b.csv", kind: "data_set", label: "a/b.csv", rows: "20", parent_id: "source:c1", deleted: "3" },
    { id: "entity:opportunity", kind: "entity", label: "Opportunity", rows: "1500", parent_id: "" },
    { id: "entity:account", kind: "entity", label: "Account", rows: 12, parent_id: "" },
    { id: "agent:revops", kind: "agent", label: "revops", rows: "-1", parent_id: "" },
    { id: "odd:1", kind: "odd", label: "?", rows: "1" },
  ],
  edges: [
    { id: "h1", source: "source:c1", target: "data_set:c1/public.deals", kind: "hierarchy", rows: "1500", fields: [] },
    { id: "h2", source: "source:c1", target: "data_set:c1/a/b.csv", kind: "hierarchy", rows: "20", fields: [] },
    {
      id: "d1",
      source: "data_set:c1/public.deals",
      target: "entity:opportunity",
      kind: "dataflow",
      rows: "1500",
      fields: [{ source: "deal_value", target: "amount", confidence: 0.99 }],
    },
    { id: "d2", source: "data_set:c1/a/b.csv", target: "entity:account", kind: "dataflow", rows: "20", fields: [] },
    { id: "c1", source: "entity:opportunity", target: "agent:revops", kind: "consumption", rows: "1500", fields: [] },
    { id: "back", source: "agent:revops", target: "entity:account", kind: "consumption", rows: "1", fields: [] },
    { id: "lost", source: "source:gone", target: "entity:account", kind: "dataflow", rows: "1", fields: [] },
  ],
}
const graph = readGraph(body)

describe("readGraph", () => {
  it("reads counts that come as text, and none as null", () => {
    expect(graph.nodes.map((node) => node.rows)).toEqual([null, 1500, 20, 1500, 12, null])
    expect(graph.nodes[2]?.deleted).toBe(3)
  })
  it("leaves out unknown kinds and edges that lead back or to nowhere", () => {
    expect(graph.nodes).toHaveLength(6)
    expect(graph.edges.map((edge) => edge.id)).toEqual(["h1", "h2", "d1", "d2", "c1"])
  })
  it("makes an empty graph of an empty answer", () => {
    expect(readGraph({})).toEqual({ nodes: [], edges: [] })
  })
})

describe("pathThrough", () => {
  it("goes up and down, and not sideways through a shared connection", () => {
    const path = pathThrough(graph, "data_set:c1/public.deals")
    expect([...path].sort()).toEqual(
      ["agent:revops", "c1", "d1", "data_set:c1/public.deals", "entity:opportunity", "h1", "source:c1"].sort(),
    )
  })
})

describe("narrow", () => {
  it("keeps the paths through one node, and everything for an unknown one", () => {
    expect(narrow(graph, "entity:account").nodes.map((node) => node.id)).toEqual([
      "source:c1",
      "data_set:c1/a/b.csv",
      "entity:account",
    ])
    expect(narrow(graph, "entity:none")).toBe(graph)
  })
})

describe("reading off", () => {
  it("takes a stream's name as it is, slashes included", () => {
    expect(placeOf("data_set:c1/a/b.csv")).toEqual({ connection: "c1", stream: "a/b.csv" })
    expect(placeOf("source:c1")).toEqual({ connection: "c1", stream: "" })
  })
  it("tells who feeds and who reads an entity", () => {
    expect(
      feeding(graph, "opportunity").map((one) => [one.connectionName, one.stream, one.edge.fields.length]),
    ).toEqual([["crm", "public.deals", 1]])
    expect(readers(graph, "opportunity")).toEqual(["revops"])
    expect(readers(graph, "account")).toEqual([])
  })
})
