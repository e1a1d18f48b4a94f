import { useState } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Badge } from "@/components/ui/badge"
import { Field } from "@/components/ui/field"
import { Confidence } from "../confidence"
import { FreshnessOf } from "../freshness"
import { transformText } from "../words"
import type { Origin, Sourced } from "./origins"

/** The attributes of an entity with the columns behind each; typing finds one by its name, synonym or column. */
export function AttributesTable({ entity, attributes }: { entity: string; attributes: Sourced[] }) {
  const [text, setText] = useState("")
  const shown = attributes.filter((one) => matches(one, text.trim().toLowerCase()))
  return (
    <div className="flex flex-col gap-3">
      <Field
        label="Find an attribute"
        className="sm:w-72"
        placeholder="Name, synonym or source column"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {shown.length ? (
        <DataTable caption={`Attributes of ${entity}`} columns={COLUMNS} rows={shown} rowId={(one) => one.name} />
      ) : (
        <p className="text-sm">No attribute matches “{text}”.</p>
      )}
    </div>
  )
}

function matches(one: Sourced, text: string): boolean {
  const words = [one.name, one.description, ...one.synonyms, ...one.origins.map((origin) => origin.column)]
  return words.some((word) => word.toLowerCase().includes(text))
}

const COLUMNS: Column<Sourced>[] = [
  {
    id: "name",
    header: "Attribute",
    value: (one) => one.name,
    cell: (one) => (
      <span className="block min-w-44">
        <strong>{one.name}</strong>
        <span className="block text-xs text-muted">
          {one.description} ({one.type}
          {one.unit && `, ${one.unit}`})
        </span>
        {one.required && <Badge>Required</Badge>}
        {one.values.length > 0 && <span className="block text-xs text-muted">One of {one.values.join(", ")}</span>}
        {one.references && (
          <Link to="/entities/$entity" params={{ entity: one.references.split(".")[0] ?? "" }} className="text-xs">
            refers to {one.references}
          </Link>
        )}
      </span>
    ),
  },
  {
    id: "origins",
    header: "Made from",
    value: (one) => one.origins.length,
    cell: (one) =>
      one.origins.length ? (
        <ul className="flex min-w-72 flex-col gap-2">
          {one.origins.map((origin) => (
            <li key={`${origin.feed.node.id} ${origin.column}`}>
              <OriginLine origin={origin} />
            </li>
          ))}
        </ul>
      ) : (
        <span className="text-muted">no source yet</span>
      ),
  },
]

function OriginLine({ origin: { feed, column, confidence, field } }: { origin: Origin }) {
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        <Link to="/ontology" search={{ node: feed.node.id }}>
          {feed.connectionName} / {feed.stream}
        </Link>
        <code className="rounded bg-raised px-1.5 py-0.5 font-mono text-xs">{column}</code>
        <Confidence value={confidence} tier={field?.tier ?? ""} />
      </span>
      <span className="block text-xs text-muted">
        {feed.mapping && `mapping version ${feed.mapping.version}, `}
        {field && `${transformText(field.transform)}, `}
        <FreshnessOf figures={feed.figures} />
      </span>
    </>
  )
}
