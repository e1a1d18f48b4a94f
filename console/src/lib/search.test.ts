import { expect, test } from "vitest"
import { withSearch } from "./search"

type Search = { tab?: string; text?: string }

test("changed parameters replace, empty ones leave the address", () => {
  const before: Search = { tab: "runs", text: "crm" }
  expect(withSearch(before, { text: "" })).toEqual({ tab: "runs" })
  expect(withSearch(before, { text: "x" })).toEqual({ tab: "runs", text: "x" })
})
