import { expect, test } from "vitest"
import type { DataSet, Finding, Scan } from "../queries"
import { decideEach, next, pick, rowsIn } from "./inbox"

const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  name: id,
  kind: "folder",
  location: `/data/${id}`,
  score: 0.5,
  reasons: [],
  state: "open",
  connection_id: "",
  data_sets: [],
  create_time: "2026-01-01T00:00:00Z",
  ...more,
})
const ids = (findings: Finding[]) => findings.map((one) => one.id)

test("what nobody decided is shown first, highest score first", () => {
  const all = [finding("low", { score: 0.1 }), finding("done", { state: "approved" }), finding("high", { score: 0.9 })]
  expect(ids(pick(all, {}))).toEqual(["high", "low"])
  expect(ids(pick(all, { state: "approved" }))).toEqual(["done"])
  expect(pick(all, { state: "all" })).toHaveLength(3)
})

test("text is looked for in names, reasons and data sets, every word of it", () => {
  const all = [
    finding("crm", { reasons: ["personal data, email"], data_sets: [{ name: "public.people" } as DataSet] }),
    finding("exports"),
  ]
  expect(ids(pick(all, { text: "Email people" }))).toEqual(["crm"])
  expect(ids(pick(all, { text: "email exports" }))).toEqual([])
})

test("kind and scan narrow the list; a scan that found nothing shows nothing", () => {
  const all = [finding("a", { kind: "postgres" }), finding("b")]
  expect(ids(pick(all, { kind: "postgres" }))).toEqual(["a"])
  const scans = [{ id: "s", finding_id: "b" } as Scan, { id: "failed", finding_id: "" } as Scan]
  expect(ids(pick(all, { scan: "s" }, scans))).toEqual(["b"])
  expect(ids(pick(all, { scan: "failed" }, scans))).toEqual([])
})

test("the keyboard moves within the list and stays at its ends", () => {
  expect(next(["a", "b"], undefined, 1)).toBe("a")
  expect(next(["a", "b"], undefined, -1)).toBe("b")
  expect(next(["a", "b"], "a", 1)).toBe("b")
  expect(next(["a", "b"], "b", 1)).toBe("b")
  expect(next(["a", "b"], "gone", 1)).toBe("a")
  expect(next([], undefined, 1)).toBeUndefined()
})

test("rows that nobody counted are not counted as rows", () => {
  const set = (rows: number, error = "") => ({ rows, error }) as DataSet
  expect(rowsIn([set(3), set(-1), set(9, "unreadable")])).toBe(3)
  expect(rowsIn([set(-1)])).toBeNull()
})

test("one refused decision does not stop the others", async () => {
  const settled: number[] = []
  const outcome = await decideEach(
    [finding("a"), finding("b"), finding("c")],
    async (one) => {
      if (one.id === "b") throw new Error("decided before")
      return { ...one, state: "approved" }
    },
    (count) => settled.push(count),
  )
  expect(ids(outcome.done)).toEqual(["a", "c"])
  expect(outcome.failed.map(({ finding }) => finding.id)).toEqual(["b"])
  expect(settled).toEqual([1, 2, 3])
})
