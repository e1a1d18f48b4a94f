import { describe, expect, it } from "vitest"
import glossary from "../../../../GLOSSARY.md?raw"
import { entries, matching } from "./glossary"

describe("glossary", () => {
  it("has every row of the table, and nothing else", () => {
    const all = entries(glossary)
    expect(all.length).toBe(glossary.split("\n").filter((line) => line.startsWith("|")).length - 2)
    expect(all.every(({ word, meaning }) => word && meaning)).toBe(true)
  })

  it("shows words before meanings", () => {
    const all = [
      { word: "run", meaning: "one sync of a connection" },
      { word: "connection", meaning: "access to one source" },
    ]
    expect(matching(all, "Connection").map(({ word }) => word)).toEqual(["connection", "run"])
    expect(matching(all, "nothing like it")).toEqual([])
  })
})
