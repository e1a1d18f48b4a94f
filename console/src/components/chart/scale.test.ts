import { describe, expect, it } from "vitest"
import { alongX, scale, spread, ticksOf } from "./scale"

describe("ticksOf", () => {
  it("is round, begins at nought and covers every value", () => {
    expect(ticksOf(3, 97)).toEqual([0, 25, 50, 75, 100])
    expect(ticksOf(0, 0.35)).toEqual([0, 0.1, 0.2, 0.3, 0.4])
    expect(ticksOf(-40, 60)).toEqual([-50, -25, 0, 25, 50, 75])
  })
  it("has one tick when there is nothing to show", () => {
    expect(ticksOf(0, 0)).toEqual([0])
  })
})

describe("scale", () => {
  it("maps ends to ends, also upside down, and survives a single value", () => {
    expect(scale([0, 10], [100, 0])(2.5)).toBe(75)
    expect(scale([5, 5], [0, 10])(5)).toBe(0)
  })
})

describe("alongX", () => {
  it("keeps a gap in time a gap", () => {
    const [first, second, third] = alongX(["2026-01-01", "2026-01-02", "2026-01-05"], [0, 100])
    expect([first, second, third]).toEqual([0, 25, 100])
  })
  it("spreads names evenly, and centres a single one", () => {
    expect(alongX(["a", "b", "c"], [0, 100])).toEqual([0, 50, 100])
    expect(alongX(["2026-01-01"], [0, 100])).toEqual([50])
  })
})

describe("spread", () => {
  it("leaves out labels that have no room", () => {
    expect(spread(4, 10)).toEqual([0, 1, 2, 3])
    expect(spread(12, 5)).toEqual([0, 3, 6, 9])
    expect(spread(3, 0)).toEqual([0])
  })
})
