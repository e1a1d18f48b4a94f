import { AreaField, Field, SelectField } from "@/components/ui/field"
import type { SettingField } from "./schema"

type Props = {
  fields: readonly SettingField[]
  typed: Record<string, string>
  onType: (name: string, value: string) => void
}

/** A connector's settings: what is needed first, the rest behind "More settings". */
export function SettingFields({ fields, typed, onType }: Props) {
  const first = fields.filter((field) => field.first)
  const more = fields.filter((field) => !field.first)
  const one = (field: SettingField) => (
    <OneField
      key={field.name}
      field={field}
      value={typed[field.name] ?? field.initial}
      onType={(value) => onType(field.name, value)}
    />
  )
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">{first.map(one)}</div>
      {more.length > 0 && (
        <details className="rounded-xl border p-3">
          <summary className="cursor-pointer text-sm font-bold">{`More settings (${more.length})`}</summary>
          <div className="grid gap-4 pt-3 sm:grid-cols-2">{more.map(one)}</div>
        </details>
      )}
    </>
  )
}

const FORMS: Partial<Record<SettingField["shape"], string>> = {
  list: "One a line.",
  pairs: "One a line, as name: value.",
  lists: "One a line, as name: first, second.",
}

function OneField({ field, value, onType }: { field: SettingField; value: string; onType: (value: string) => void }) {
  const { shape, required } = field
  const label = required ? `${field.label} (required)` : field.label
  const hint = [field.hint, FORMS[shape]].filter(Boolean).join(" ")
  if (shape === "switch")
    return (
      <label className="flex items-start gap-2 text-sm">
        <input
          type="checkbox"
          checked={value === "true"}
          onChange={(event) => onType(String(event.target.checked))}
          className="size-6 shrink-0 accent-primary"
        />
        <span>
          <span className="block font-bold">{field.label}</span>
          <span className="text-xs text-muted">{hint}</span>
        </span>
      </label>
    )
  if (shape === "choice")
    return (
      <SelectField
        {...{ label, hint, value }}
        onChange={(event) => onType(event.target.value)}
        options={field.options.map((option) => [option, option] as const)}
      />
    )
  if (shape === "list" || shape === "pairs" || shape === "lists" || shape === "long")
    return (
      <AreaField
        {...{ label, hint, value, required }}
        rows={3}
        onChange={(event) => onType(event.target.value)}
        spellCheck={false}
        autoComplete="off"
      />
    )
  return (
    <Field
      {...{ label, hint, value, required }}
      type={shape === "secret" ? "password" : shape === "number" ? "number" : "text"}
      onChange={(event) => onType(event.target.value)}
      autoComplete={shape === "secret" ? "new-password" : "off"}
      spellCheck={false}
      {...(field.min === undefined ? {} : { min: field.min })}
      {...(field.max === undefined ? {} : { max: field.max })}
    />
  )
}
