import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import type { ColumnOut } from "../queries"

type Props = { columns: ColumnOut[]; shown: string[]; onChange: (names: string[]) => void }

/** Which columns the table shows. */
export function ColumnPicker({ columns, shown, onChange }: Props) {
  const [open, setOpen] = useState(false)
  const [text, setText] = useState("")
  const found = columns.filter((one) => `${one.name} ${one.description}`.toLowerCase().includes(text.toLowerCase()))
  const change = (name: string, wanted: boolean) => {
    const names = columns.map((column) => column.name)
    const kept = wanted
      ? names.filter((one) => one === name || shown.includes(one))
      : shown.filter((one) => one !== name)
    if (kept.length) onChange(kept)
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        Columns ({shown.length} of {columns.length})
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Columns"
        description="What the table and the exported file show."
      >
        <Field label="Find a column" value={text} onChange={(event) => setText(event.target.value)} />
        <div className="flex gap-2">
          <Button onClick={() => onChange([])}>First columns</Button>
          <Button onClick={() => onChange(columns.map((column) => column.name))}>All columns</Button>
        </div>
        <ul className="flex flex-col gap-1">
          {found.map((column) => (
            <li key={column.name}>
              <label className="flex items-start gap-3 rounded-lg p-1 text-sm hover:bg-raised">
                <input
                  type="checkbox"
                  className="mt-0.5 size-5 shrink-0 accent-primary"
                  checked={shown.includes(column.name)}
                  onChange={(event) => change(column.name, event.target.checked)}
                />
                <span>
                  <strong>{column.name}</strong> <span className="text-muted">({column.type})</span>
                  <span className="block text-xs text-muted">{column.description}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  )
}
