import { useMutation } from "@tanstack/react-query"
import { X } from "lucide-react"
import { type FormEvent, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Field, SelectField } from "@/components/ui/field"
import { type Filter, withCondition } from "@/lib/where"
import type { Attribute } from "../../ontology/queries"
import type { ColumnOut } from "../queries"
import { conditionText, isDate, isNumber, operatorsFor, wantsValue } from "./search"

type Props = {
  columns: ColumnOut[]
  /** The column that a new condition begins with. */
  first: string
  attributes: Attribute[]
  filters: Filter[]
  onChange: (filters: Filter[]) => void
  /** Asks the platform whether it understands the conditions; it says why when it does not. */
  check: (filters: Filter[]) => Promise<unknown>
}

/** The conditions that rows must meet, and a form for one more. */
export function Filters({ columns, first, attributes, filters, onChange, check }: Props) {
  const typeOf = (name: string) => columns.find((column) => column.name === name)?.type ?? "string"
  const add = async (filter: Filter) => {
    const all = withCondition(filters, filter)
    await check(all)
    onChange(all)
  }
  return (
    <div className="flex flex-col gap-3">
      {filters.length > 0 && (
        <ul aria-label="Conditions" className="flex flex-wrap gap-2">
          {filters.map((filter, at) => {
            const text = conditionText(typeOf(filter.column), filter)
            return (
              <li
                key={`${text} ${filter.op}`}
                className="flex items-center gap-1 rounded-full bg-info-soft py-1 pr-1 pl-3 text-sm text-info"
              >
                {text}
                <button
                  type="button"
                  aria-label={`Remove the condition ${text}`}
                  onClick={() => onChange(filters.filter((_, other) => other !== at))}
                  className="rounded-full p-1 hover:bg-surface"
                >
                  <X aria-hidden className="size-4" />
                </button>
              </li>
            )
          })}
        </ul>
      )}
      <NewCondition columns={columns} first={first} attributes={attributes} onAdd={add} />
    </div>
  )
}

type NewProps = {
  columns: ColumnOut[]
  first: string
  attributes: Attribute[]
  onAdd: (filter: Filter) => Promise<void>
}

function NewCondition({ columns, first, attributes, onAdd }: NewProps) {
  const [name, setName] = useState(first)
  const [chosen, setOp] = useState("eq")
  const [value, setValue] = useState("")
  const [key, setKey] = useState("")
  const type = columns.find((column) => column.name === name)?.type ?? "string"
  const operators = operatorsFor(type)
  const op = operators.some(([one]) => one === chosen) ? chosen : "eq"
  const known = attributes.find((one) => one.name === name)?.values ?? []
  const deed = useMutation({ mutationFn: onAdd, onSuccess: () => setValue("") })
  const add = (event: FormEvent) => {
    event.preventDefault()
    const values = !wantsValue(op) ? [] : op === "in" ? value.split(",").map((one) => one.trim()) : [value]
    deed.mutate({ column: name, op, values, json_key: type === "json" ? key : "" })
  }
  return (
    <form onSubmit={add} className="flex flex-wrap items-end gap-2">
      <SelectField
        label="Column"
        className="w-full sm:w-48"
        value={name}
        onChange={(event) => setName(event.target.value)}
        options={columns.map((column) => [column.name, column.name])}
      />
      {type === "json" && (
        <Field
          label="Key inside"
          className="w-full sm:w-36"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      )}
      <SelectField
        label="Condition"
        className="w-full sm:w-44"
        value={op}
        onChange={(event) => setOp(event.target.value)}
        options={operators}
      />
      {wantsValue(op) && <ValueField {...{ type, op, known, value }} onValue={setValue} />}
      <Button type="submit" busy={deed.isPending}>
        Add condition
      </Button>
      {deed.isError && (
        <div className="w-full">
          <Trouble error={deed.error} />
        </div>
      )}
    </form>
  )
}

type ValueProps = { type: string; op: string; known: string[]; value: string; onValue: (value: string) => void }

/** A field that suits the column: a choice where the ontology knows the values, a date for dates. */
function ValueField({ type, op, known, value, onValue }: ValueProps) {
  const options = type === "boolean" ? ["true", "false"] : op === "eq" || op === "ne" ? known : []
  if (options.length)
    return (
      <SelectField
        label="Value"
        className="w-full sm:w-48"
        required
        value={value}
        onChange={(event) => onValue(event.target.value)}
        options={[["", "Choose"], ...options.map((one) => [one, one] as const)]}
      />
    )
  return (
    <Field
      label={op === "in" ? "Values, with commas" : "Value"}
      className="w-full sm:w-48"
      required
      type={isDate(type) ? "date" : "text"}
      inputMode={isNumber(type) ? "decimal" : "text"}
      value={value}
      onChange={(event) => onValue(event.target.value)}
    />
  )
}
