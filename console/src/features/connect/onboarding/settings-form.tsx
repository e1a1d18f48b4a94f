import { type FormEvent, type ReactNode, useState } from "react"
import { Problem } from "@/api/problem"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { SelectField } from "@/components/ui/field"
import type { Connector } from "../queries"
import { fieldsOf, settingsOf, Unreadable, ways, words } from "./schema"
import { SettingFields } from "./setting-fields"

type Props = {
  connector: Connector
  deed: string
  busy: boolean
  error: unknown
  onSubmit: (settings: Record<string, unknown>) => void
  /** Fields above and below those of the settings. */
  before?: ReactNode
  after?: ReactNode
}

/** A form made from a connector's settings; what was typed stays when it is refused. */
export function SettingsForm({ connector, deed, busy, error, onSubmit, before, after }: Props) {
  const schema = connector.settings_schema
  const all = ways(schema)
  const [way, setWay] = useState(0)
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [unreadable, setUnreadable] = useState<unknown>(null)
  const fields = fieldsOf(schema, all[way])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setUnreadable(null)
    try {
      onSubmit(settingsOf(fields, typed))
    } catch (failure) {
      if (!(failure instanceof Unreadable)) throw failure
      setUnreadable(new Problem(0, "NOT_READABLE", failure.message, "Correct the line, or leave it out."))
    }
  }
  const trouble = unreadable ?? error
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {before}
      {all.length > 1 && (
        <SelectField
          label="How do you name the source?"
          value={String(way)}
          onChange={(event) => setWay(Number(event.target.value))}
          options={all.map((names, at) => [String(at), `By ${names.map(words).join(", ")}`] as const)}
          className="max-w-80"
        />
      )}
      <SettingFields
        fields={fields}
        typed={typed}
        onType={(name, value) => setTyped((before) => ({ ...before, [name]: value }))}
      />
      {after}
      {trouble !== null && trouble !== undefined && <Trouble error={trouble} />}
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          {deed}
        </Button>
      </div>
    </form>
  )
}
