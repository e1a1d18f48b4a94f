import { expect, it } from "vitest"
import { changed } from "./search"

it("keeps the rest of the address, and leaves out what became empty", () => {
  expect(changed({ where: "a:eq:1", row: "x" } as Record<string, string>, { row: "", sort: "a" })).toEqual({
    where: "a:eq:1",
    sort: "a",
  })
})
