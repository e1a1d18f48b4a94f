import { expect, test } from "vitest"
import type { FlowEvent } from "./feed"
import { connectionOf, rowsOf, subject } from "./words"

const id = "01a206f1-25bf-7382-ba09-770926d58bff"
const about = (entity_id: string, metadata: Record<string, string> = {}) => ({ entity_id, metadata }) as FlowEvent

test("an event's subject is told by names, not ids, where there are any", () => {
  expect(subject(about(`stream:${id}/daily/a.csv`))).toBe("daily/a.csv")
  expect(subject(about("view:sales_rep", { source: `${id}/public.reps` }))).toBe("public.reps → sales_rep")
  expect(subject(about(`proposal:${id}`, { stream: "public.reps", entity: "sales_rep" }))).toBe(
    "public.reps → sales_rep",
  )
  expect(subject(about(`run:${id}`, { step: "unify" }))).toBe("unify")
  expect(subject(about(`connection:${id}`, { name: "crm" }))).toBe("crm")
  expect(subject(about(`run:${id}`))).toBe("run 01a206f1")
})

test("an event leads to its connection where it has one", () => {
  expect(connectionOf(about(`stream:${id}/a`))).toBe(id)
  expect(connectionOf(about("view:x", { source: `${id}/a` }))).toBe(id)
  expect(connectionOf(about(`run:${id}`))).toBe("")
})

test("rows are counted where an event speaks of some", () => {
  expect(rowsOf(about("view:x", { rows: "1" }))).toBe("1 row")
  expect(rowsOf(about("view:x", { rows: "1200" }))).toMatch(/^1.200 rows$/)
  expect(rowsOf(about("view:x", { rows: "many" }))).toBe("")
})
