/** A connector's settings as fields of a form, from their JSON schema, and what was typed as settings. */

type Property = {
  type?: string
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  additionalProperties?: { type?: string } | boolean
}

export type Shape = "text" | "secret" | "long" | "number" | "switch" | "choice" | "list" | "pairs" | "lists"

export type SettingField = {
  name: string
  label: string
  hint: string
  shape: Shape
  required: boolean
  /** Shown at once; the others wait behind "More settings". */
  first: boolean
  /** As text, or "true" and "false" of a switch. */
  initial: string
  options: string[]
  min?: number
  max?: number
}

/** A URL says these by itself. */
const IN_URL = new Set(["port", "user", "password"])
/** What most people have to say even though there is a default; everything else can wait. */
const FIRST = new Set(["port", "user", "password", "auth", "login_url", "client_secret", "refresh_token", "pattern"])
const CHOICE = /^\^\(([\w|-]+)\)\$$/

type Schema = { properties: Record<string, Property>; required: string[]; anyOf: { required: string[] }[] }

function read(schema: Record<string, unknown>): Schema {
  return {
    properties: (schema.properties as Schema["properties"]) ?? {},
    required: (schema.required as string[]) ?? [],
    anyOf: ((schema.anyOf as Schema["anyOf"]) ?? []).filter((one) => one.required?.length),
  }
}

/** The ways to name a source, each by the settings that it needs, e.g. by host and database or by one URL. */
export function ways(schema: Record<string, unknown>): string[][] {
  const { anyOf } = read(schema)
  // What consists of more parts explains itself better, so it stands first.
  return anyOf.map((one) => one.required).sort((a, b) => b.length - a.length)
}

/** The fields of one way; those of the other ways are left out. */
export function fieldsOf(schema: Record<string, unknown>, way: readonly string[] = []): SettingField[] {
  const { properties, required, anyOf } = read(schema)
  const must = new Set([...required, ...way])
  const others = new Set(anyOf.flatMap((one) => one.required).filter((name) => !must.has(name)))
  const fields = Object.entries(properties)
    .filter(([name]) => !others.has(name))
    .map(([name, property]) => field(name, property, must.has(name)))
    .map((one) => (must.has("url") && IN_URL.has(one.name) ? { ...one, first: one.required } : one))
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)]
}

function field(name: string, property: Property, required: boolean): SettingField {
  const options = choices(property)
  const shape = options.length > 0 ? "choice" : shapeOf(property)
  return {
    name,
    label: words(name),
    hint: property.description ?? "",
    shape,
    required,
    first: required || FIRST.has(name),
    initial: initial(property, shape),
    options,
    ...(property.minimum === undefined ? {} : { min: property.minimum }),
    ...(property.maximum === undefined ? {} : { max: property.maximum }),
  }
}

/** Values of an enumeration, whether the schema says so or a pattern of alternatives does. */
function choices(property: Property): string[] {
  if (property.enum) return property.enum.map(String)
  return CHOICE.exec(property.pattern ?? "")?.[1]?.split("|") ?? []
}

function shapeOf({ type, format, description, additionalProperties }: Property): Shape {
  if (type === "boolean") return "switch"
  if (type === "integer" || type === "number") return "number"
  if (type === "array") return "list"
  if (type === "object")
    return typeof additionalProperties === "object" && additionalProperties.type === "array" ? "lists" : "pairs"
  if (/\bPEM\b/.test(description ?? "")) return "long"
  return format === "password" || /:\/\/\w+:\w+@/.test(description ?? "") ? "secret" : "text"
}

function initial(property: Property, shape: Shape): string {
  const given = property.default
  if (given === undefined || given === null) return shape === "switch" ? "false" : ""
  return shape === "list" && Array.isArray(given) ? given.join("\n") : String(given)
}

const SHORT = new Map([
  ["url", "URL"],
  ["id", "ID"],
  ["tls", "TLS"],
  ["ca", "CA"],
  ["mb", "MB"],
  ["api", "API"],
  ["sslmode", "SSL mode"],
])

/** `login_url` as "Login URL". */
export function words(name: string): string {
  const text = name
    .split("_")
    .map((part) => SHORT.get(part) ?? part)
    .join(" ")
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export class Unreadable extends Error {}

/** What was typed as settings; what equals the default, or is empty, is left to the platform. */
export function settingsOf(fields: readonly SettingField[], typed: Record<string, string>): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const one of fields) {
    const text = typed[one.name] ?? one.initial
    if (text === one.initial && !one.required) continue
    if (text.trim() === "" && one.shape !== "list") continue
    settings[one.name] = value(one, text)
  }
  return settings
}

function value({ shape, label }: SettingField, text: string): unknown {
  if (shape === "switch") return text === "true"
  if (shape === "number") return Number(text)
  if (shape === "list") return lines(text)
  if (shape === "pairs" || shape === "lists") return pairs(label, shape, text)
  return shape === "long" || shape === "secret" ? text : text.trim()
}

/** Not empty lines; commas part as well. */
export function lines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
}

function pairs(label: string, shape: Shape, text: string): Record<string, string | string[]> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.trim())
      .map((line) => {
        const at = line.indexOf(":")
        if (at < 1) throw new Unreadable(`${label}: "${line.trim()}" is not of the form "name: value".`)
        const said = line.slice(at + 1).trim()
        return [line.slice(0, at).trim(), shape === "lists" ? lines(said) : said]
      }),
  )
}
