import { expect, test } from "vitest"
import { allPages } from "./pages"

const pages: Record<string, { rows: number[]; next_page_token: string }> = {
  "": { rows: [1, 2], next_page_token: "b" },
  b: { rows: [3], next_page_token: "c" },
  c: { rows: [4, 5], next_page_token: "" },
}
const ask = async (token: string) => pages[token] ?? { rows: [], next_page_token: "" }

test("all pages are read in order", async () => {
  expect(await allPages(ask, (page) => page.rows)).toEqual([1, 2, 3, 4, 5])
})

test("reading stops at the bound", async () => {
  const asked: string[] = []
  const counted = (token: string) => {
    asked.push(token)
    return ask(token)
  }
  expect(await allPages(counted, (page) => page.rows, 3)).toEqual([1, 2, 3])
  expect(asked).toEqual(["", "b"])
})
