import { render, screen } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { beforeEach, expect, it, vi } from "vitest"
import { readGraph } from "./graph"
import { flowsOf } from "./lineage-table"
import { Sankey } from "./sankey"

const graph = readGraph({
  nodes: [
    { id: "source:c", kind: "source", label: "crm", rows: "-1" },
    { id: "data_set:c/deals", kind: "data_set", label: "deals", rows: "1500", parent_id: "source:c" },
    { id: "data_set:c/people", kind: "data_set", label: "people", rows: "3", parent_id: "source:c" },
    { id: "entity:opportunity", kind: "entity", label: "Opportunity", rows: "1500" },
    { id: "agent:revops", kind: "agent", label: "revops", rows: "-1" },
  ],
  edges: [
    { id: "h1", source: "source:c", target: "data_set:c/deals", kind: "hierarchy", rows: "1500" },
    { id: "h2", source: "source:c", target: "data_set:c/people", kind: "hierarchy", rows: "3" },
    {
      ...{ id: "d", source: "data_set:c/deals", target: "entity:opportunity", kind: "dataflow", rows: "1500" },
      fields: [
        { source: "value", target: "amount", confidence: 0.99 },
        { source: "phase", target: "stage", confidence: 0.81 },
      ],
    },
    { id: "c", source: "entity:opportunity", target: "agent:revops", kind: "consumption", rows: "1500" },
  ],
})
const dimmed = () => screen.getAllByRole("button").filter((one) => one.className.includes("opacity-40"))

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(900)
})

it("is walked by keyboard from the connection to the agent, and opens what has the focus", async () => {
  const [user, opened] = [userEvent.setup(), vi.fn()]
  render(<Sankey graph={graph} open="" onOpen={opened} />)
  await user.tab()
  expect(document.activeElement).toHaveAccessibleName("Connection crm")
  await user.keyboard("{ArrowRight}{ArrowRight}{ArrowRight}")
  expect(document.activeElement).toHaveAccessibleName("Agent revops")
  await user.keyboard("{ArrowLeft}{Enter}")
  expect(opened).toHaveBeenCalledWith("entity:opportunity")
})

it("lights the whole path of what is pointed at, and fades the rest", async () => {
  const user = userEvent.setup()
  render(<Sankey graph={graph} open="" onOpen={() => undefined} />)
  await user.hover(screen.getByRole("button", { name: /Opportunity/ }))
  expect(dimmed().map((one) => one.dataset.node)).toEqual(["data_set:c/people"])
  await user.unhover(screen.getByRole("button", { name: /Opportunity/ }))
  expect(dimmed()).toEqual([])
})

it("says the same as a table: a row for each stream that feeds an entity", () => {
  expect(flowsOf(graph)).toEqual([
    {
      ...{ id: "d", connection: "crm", connectionId: "c", stream: "deals", streamId: "data_set:c/deals", rows: 1500 },
      ...{ fields: 2, confidence: 0.81, entity: "opportunity", entityName: "Opportunity", unified: 1500 },
      agents: ["revops"],
    },
  ])
})
