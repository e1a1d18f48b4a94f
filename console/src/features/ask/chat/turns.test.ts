import { describe, expect, it } from "vitest"
import { type Change, type Turn, turnsAfter } from "./turns"

const ask = (id: number): Change => ({ kind: "ask", id, question: `q${id}`, persona: "" })
const step = (id: number, step: string, content: Record<string, unknown>): Change => ({
  kind: "step",
  id,
  step,
  content,
})
const played = (...changes: Change[]) => changes.reduce<readonly Turn[]>(turnsAfter, [])

describe("turnsAfter", () => {
  it("shows the text as it comes, and the whole answer in its place", () => {
    const coming = [ask(1), step(1, "understood", { persona: "coo" }), step(1, "text", { text: "Cost: " })]
    expect(played(...coming, step(1, "text", { text: "5 [1]" }))[0]).toMatchObject({
      state: "asking",
      understood: "coo",
      text: "Cost: 5 [1]",
    })
    const [turn] = played(...coming, step(1, "answer", { id: "a", text: "Cost: 5 [1].", citations: [{ number: 1 }] }))
    expect(turn).toMatchObject({ state: "answered", text: "Cost: 5 [1].", answer: { id: "a", refusal: null } })
  })

  it("changes only the turn that is meant", () => {
    const turns = played(ask(1), ask(2), step(2, "text", { text: "b" }))
    expect(turns.map((turn) => turn.text)).toEqual(["", "b"])
  })

  it("tells a cut answer from a stopped and from a whole one", () => {
    expect(played(ask(1), { kind: "ended", id: 1, stopped: false })[0]?.state).toBe("failed")
    expect(played(ask(1), { kind: "ended", id: 1, stopped: true })[0]?.state).toBe("stopped")
    const whole = played(ask(1), step(1, "answer", {}), { kind: "ended", id: 1, stopped: false })
    expect(whole[0]?.state).toBe("answered")
  })

  it("forgets the oldest beyond fifty", () => {
    const turns = played(...Array.from({ length: 60 }, (_, at) => ask(at)))
    expect(turns).toHaveLength(50)
    expect(turns[0]?.id).toBe(10)
  })
})
