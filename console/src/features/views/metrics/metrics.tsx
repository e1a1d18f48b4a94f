import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import { metricsQuery } from "../queries"
import type { Metric } from "./metric"

/** What every figure means: the words of the ontology that questions and agents use. */
export function Metrics() {
  const metrics = useQuery(metricsQuery)
  const [text, setText] = useState("")
  return (
    <Card title="Metrics">
      <p className="mb-3 text-sm text-muted">
        A metric says once how a figure is computed, so that everybody who asks gets the same one.
      </p>
      <Async query={metrics} lines={8}>
        {(told) => {
          const shown = told.filter((one) => matches(one, text.trim().toLowerCase()))
          return (
            <div className="flex flex-col gap-3">
              <Field
                label="Find a metric"
                className="sm:w-72"
                placeholder="Name, synonym or view"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
              {shown.length ? (
                <DataTable caption="Metrics" columns={COLUMNS} rows={shown} rowId={(one) => one.name} />
              ) : (
                <p className="text-sm">No metric matches “{text}”.</p>
              )}
            </div>
          )
        }}
      </Async>
    </Card>
  )
}

function matches(one: Metric, text: string): boolean {
  return [one.name, one.title, one.view, ...one.synonyms].some((word) => word.toLowerCase().includes(text))
}

const COLUMNS: Column<Metric>[] = [
  {
    id: "title",
    header: "Metric",
    value: (one) => one.title,
    cell: (one) => (
      <span className="block min-w-52">
        <strong className="block first-letter:uppercase">{one.title}</strong>
        <span className="block text-xs text-muted">{one.description}</span>
      </span>
    ),
  },
  {
    id: "formula",
    header: "Formula",
    cell: (one) => (
      <span className="block min-w-52">
        {one.formula}
        {one.unit && <span className="text-muted">, in {one.unit}</span>}
      </span>
    ),
  },
  {
    id: "view",
    header: "View",
    value: (one) => one.view,
    cell: (one) => (
      <Link to="/views/$view" params={{ view: one.view }}>
        {one.view}
      </Link>
    ),
  },
  { id: "time", header: "Counts by", cell: (one) => one.timeColumn || <span className="text-muted">no date</span> },
  {
    id: "dimensions",
    header: "Split by",
    cell: (one) => (
      <span className="block min-w-64">{one.dimensions.map((dimension) => dimension.title).join(", ")}</span>
    ),
  },
  {
    id: "ask",
    header: "Ask",
    cell: (one) => (
      <Link to="/ask" search={{ question: `What is our ${one.title}?` }} className="whitespace-nowrap">
        Ask it
      </Link>
    ),
  },
]
