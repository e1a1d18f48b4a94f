import { expect, it } from "vitest"
import { piecesOf } from "./marks"

it("tells marks from text", () => {
  expect(piecesOf("Cost [1]. Share 22 % [2][1].").map(({ text, citation }) => [text, citation])).toEqual([
    ["Cost ", 0],
    ["[1]", 1],
    [". Share 22 % ", 0],
    ["[2]", 2],
    ["[1]", 1],
    [".", 0],
  ])
})

it("leaves a half mark at the end of what has come so far as text", () => {
  expect(piecesOf("Cost [1").map(({ text, citation }) => [text, citation])).toEqual([["Cost [1", 0]])
  expect(piecesOf("")).toEqual([])
})
