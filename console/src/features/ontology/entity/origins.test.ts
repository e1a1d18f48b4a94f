import { describe, expect, it } from "vitest"
import type { Entity } from "../queries"
import { type Feed, originsOf } from "./origins"

const attribute = (name: string) => ({
  ...{ name, type: "string", description: "", standard: "", synonyms: [], unit: null },
  ...{ required: false, references: null, values: [] },
})
const entity: Entity = {
  ...{ name: "account", title: "Account", description: "", standard: "", match_on: [] },
  attributes: ["phone", "revenue", "account_name"].map(attribute),
}

function feed(stream: string, fields: [string, string, number][], version: number): Feed {
  const node = { id: `data_set:c/${stream}`, kind: "data_set" as const, layer: 1, label: stream, parent: "source:c" }
  const mapped = fields.map(([source, target, confidence]) => ({ source, target, confidence }))
  return {
    ...{ connection: "c", connectionName: "crm", stream, figures: null },
    node: { ...node, rows: 1, deleted: 0 },
    edge: { id: stream, source: node.id, target: "entity:account", kind: "dataflow", rows: 1, fields: mapped },
    mapping: {
      ...{ connection_id: "c", stream, version, entity: "account", key_columns: [], approved_by: "auto" },
      fields: fields.map(([source, target, confidence]) => {
        return { source, attribute: target, type: "string", transform: {}, confidence, tier: "auto", reasons: [stream] }
      }),
    },
  }
}

describe("originsOf", () => {
  const feeds = [
    feed("companies", [["annual_revenue", "revenue", 0.99]], 2),
    feed(
      "partners",
      [
        ["Turnover", "revenue", 0.98],
        ["Customer", "account_name", 0.97],
      ],
      1,
    ),
  ]
  it("gathers the columns of every stream that make an attribute", () => {
    const revenue = originsOf(entity, feeds).find((one) => one.name === "revenue")
    expect(revenue?.origins.map((one) => [one.feed.stream, one.column, one.feed.mapping?.version])).toEqual([
      ["companies", "annual_revenue", 2],
      ["partners", "Turnover", 1],
    ])
    expect(revenue?.origins[1]?.field?.reasons).toEqual(["partners"])
  })
  it("puts attributes without a source last", () => {
    expect(originsOf(entity, feeds).map((one) => one.name)).toEqual(["revenue", "account_name", "phone"])
  })
  it("knows the column before the mapping has come", () => {
    const [first] = originsOf(
      entity,
      feeds.map((one) => ({ ...one, mapping: undefined })),
    )
    expect(first?.origins[0]).toMatchObject({ column: "annual_revenue", field: undefined })
  })
})
