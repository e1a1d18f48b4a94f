import type { FormEvent, ReactNode } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"

type Props = { busy: boolean; error: unknown; onSave: () => void; children: ReactNode }

/** A small form with one button; a refusal is shown and nothing typed is lost. */
export function Saved({ busy, error, onSave, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSave()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {children}
      {error !== null && error !== undefined && <Trouble error={error} />}
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          Save
        </Button>
      </div>
    </form>
  )
}
