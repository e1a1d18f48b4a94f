import { describe, expect, it } from "vitest"
import { needs, nextStep } from "./needs"
import type { Glance } from "./queries"

const nothing = { openFindings: [], connections: [], pending: [], views: [], run: undefined, findings: [] } as Glance
const some = (parts: Record<string, unknown>) => ({ ...nothing, ...parts }) as Glance
const connection = (name: string, state: string) => ({ id: `id-${name}`, name, state })

describe("needs", () => {
  it("says nothing of what is well", () => {
    expect(needs(some({ connections: [connection("crm", "ACTIVE")], run: { id: "1", state: "succeeded" } }))).toEqual(
      [],
    )
  })

  it("names the connections that are stuck, and counts those beyond three", () => {
    const connections = ["a", "b", "c", "d", "e"].map((name) => connection(name, "FAILED"))
    const found = needs(some({ connections }))
    expect(found.map(({ text }) => text)).toEqual([
      "Connection a cannot read",
      "Connection b cannot read",
      "Connection c cannot read",
      "2 more connections: cannot read",
    ])
    expect(found[0]?.to).toBe("/connect/id-a")
  })

  it("puts decisions before findings of agents, and leaves out what merely informs", () => {
    const findings = [{ severity: "problem" }, { severity: "info" }]
    const found = needs(some({ pending: [{}], openFindings: [{}, {}], findings }))
    expect(found.map(({ where }) => where)).toEqual(["Ontology", "Discover", "Agents"])
    expect(found[2]?.text).toBe("1 problem found by the agents")
  })
})

describe("nextStep", () => {
  it("leads from a scan to a run, one step at a time", () => {
    expect(nextStep(nothing)?.where).toBe("Discover")
    expect(nextStep(some({ openFindings: [{}] }))?.text).toBe("Approve a finding")
    const connected = { connections: [connection("crm", "ACTIVE")] }
    expect(nextStep(some(connected))?.where).toBe("Agents")
    expect(nextStep(some({ ...connected, run: { state: "succeeded" }, views: [{ rows: 1 }] }))).toBeNull()
  })
})
