import { describe, expect, it } from "vitest"
import { cellText, csvLine, readAll } from "./csv"

describe("cellText", () => {
  it("quotes what must be quoted, and leaves empty what is empty", () => {
    expect(csvLine(["a,b", 'say "x"', "two\nlines", null, 0, false])).toBe(
      '"a,b","say ""x""","two\nlines",,0,false\r\n',
    )
  })
  it("keeps numbers and telephone numbers, and disarms formulas", () => {
    expect([-5, "-5.20", "+49 (30) 12-34"].map(cellText)).toEqual(["-5", "-5.20", "+49 (30) 12-34"])
    expect(["=1+1", "@cmd", "+SUM(A1)", "-x"].map(cellText)).toEqual(["'=1+1", "'@cmd", "'+SUM(A1)", "'-x"])
  })
})

describe("readAll", () => {
  const pages: Record<string, { rows: { n: number }[]; next_page_token: string }> = {
    "": { rows: [{ n: 1 }, { n: 2 }], next_page_token: "x" },
    x: { rows: [{ n: 3 }], next_page_token: "" },
  }
  const read = async (token: string) => pages[token] ?? { rows: [], next_page_token: "" }

  it("takes every page and tells how far it is", async () => {
    const told: number[] = []
    const all = await readAll(["n"], read, 100, (rows) => told.push(rows))
    expect(all).toEqual({ parts: ["n\r\n", "1\r\n2\r\n", "3\r\n"], rows: 3, whole: true })
    expect(told).toEqual([2, 3])
  })
  it("stops at the bound, and says that it is not the whole", async () => {
    expect(await readAll(["n"], read, 2, () => undefined)).toMatchObject({ rows: 2, whole: false })
  })
})
