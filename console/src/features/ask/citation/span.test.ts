import { expect, it } from "vitest"
import { inPlace } from "./span"

it("counts characters, not the halves of those beyond the first plane", () => {
  expect(inPlace("a🙂bcd", 2, 4)).toEqual({ before: "a🙂", quote: "bc", after: "d" })
})
