import { expect, it } from "vitest"
import type { Entry } from "../queries"
import { tailAfter, verifiedWords, withTail } from "./entries"

const entry = (seq: number, part: Partial<Entry> = {}) =>
  ({ seq, actor: "a", action: "POST /api/v1/auth/login", outcome: "changed", ...part }) as Entry
const any = { actor: "", action: "", outcome: "" }
const numbers = (entries: Entry[]) => entries.map((one) => one.seq)

it("puts what came live before the pages, each entry once", () => {
  expect(numbers(withTail([entry(5), entry(4)], [entry(7), entry(6), entry(5)], any))).toEqual([7, 6, 5, 4])
})

it("lets only what meets the filter in", () => {
  const tail = [entry(9, { outcome: "denied" }), entry(8, { action: "PUT /flags" }), entry(7, { actor: "b" })]
  expect(numbers(withTail([], tail, { ...any, outcome: "denied" }))).toEqual([9])
  expect(numbers(withTail([], tail, { ...any, action: "FLAGS" }))).toEqual([8])
  expect(numbers(withTail([], tail, { ...any, actor: "b" }))).toEqual([7])
})

it("takes an entry once, also when a connection begins again", () => {
  expect(numbers(tailAfter([entry(2), entry(1)], entry(2)))).toEqual([2, 1])
  expect(numbers(tailAfter([entry(2)], entry(3)))).toEqual([3, 2])
})

it("says where a chain breaks", () => {
  expect(verifiedWords({ whole: false, entries: 4, broken_at: 5, problem: "its hash differs" })).toContain("entry 5")
})
