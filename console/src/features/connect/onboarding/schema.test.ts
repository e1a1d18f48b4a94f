import { expect, test } from "vitest"
import { fieldsOf, settingsOf, Unreadable, ways, words } from "./schema"

const schema = {
  properties: {
    host: { type: "string", description: "Host name." },
    port: { type: "integer", default: 5432, minimum: 1, maximum: 65535 },
    database: { type: "string" },
    password: { type: "string", format: "password", default: "", writeOnly: true },
    sslmode: { type: "string", default: "prefer", pattern: "^(disable|prefer|verify-full)$" },
    tls: { type: "string", enum: ["on", "off"], default: "on" },
    follow: { type: "boolean", default: true },
    schemas: { type: "array", items: { type: "string" } },
    cursors: { type: "object", additionalProperties: { type: "string" } },
    exclude: { type: "object", additionalProperties: { type: "array" } },
    private_key: { type: "string", description: "RSA private key in PEM." },
    url: { type: "string", description: "postgresql://user:password@host/db" },
  },
  anyOf: [{ required: ["url"] }, { required: ["host", "database"] }],
}
const [byParts = [], byUrl = []] = ways(schema)
const fields = fieldsOf(schema, byParts)
const shape = (name: string) => fields.find((one) => one.name === name)?.shape

test("a source is named in one of several ways, and the others' fields are not asked for", () => {
  expect(byParts).toEqual(["host", "database"])
  expect(byUrl).toEqual(["url"])
  expect(fields.filter((one) => one.required).map((one) => one.name)).toEqual(["host", "database"])
  expect(fields.some((one) => one.name === "url")).toBe(false)
  expect(fieldsOf(schema, byUrl).some((one) => one.name === "host")).toBe(false)
  expect(fields.find((one) => one.name === "password")?.first).toBe(true)
  expect(fieldsOf(schema, byUrl).find((one) => one.name === "password")?.first).toBe(false)
  expect(fieldsOf(schema, byUrl)[0]).toMatchObject({ name: "url", shape: "secret", required: true })
})

test("each type has its field", () => {
  expect(
    ["port", "password", "sslmode", "tls", "follow", "schemas", "cursors", "exclude", "private_key"].map(shape),
  ).toEqual(["number", "secret", "choice", "choice", "switch", "list", "pairs", "lists", "long"])
  expect(fields.find((one) => one.name === "sslmode")?.options).toEqual(["disable", "prefer", "verify-full"])
  expect(words("login_url")).toBe("Login URL")
})

test("what was typed becomes settings, and defaults are left to the platform", () => {
  expect(
    settingsOf(fields, {
      host: " db.example.com ",
      database: "crm",
      port: "5433",
      follow: "false",
      password: " with spaces ",
      sslmode: "prefer",
      schemas: "public\nsales, hr",
      cursors: "public.deals: updated_at",
      exclude: "public.people: phone, email",
    }),
  ).toEqual({
    host: "db.example.com",
    database: "crm",
    port: 5433,
    follow: false,
    password: " with spaces ",
    schemas: ["public", "sales", "hr"],
    cursors: { "public.deals": "updated_at" },
    exclude: { "public.people": ["phone", "email"] },
  })
})

test("a line that is no pair is said", () => {
  expect(() => settingsOf(fields, { cursors: "updated_at" })).toThrow(Unreadable)
})
