import { type FormEvent, useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { AreaField } from "@/components/ui/field"
import { formatCount } from "@/lib/format"
import type { Finding } from "../queries"

type Props = { findings: readonly Finding[]; onClose: () => void; onReject: (note: string) => void }

/** Asks why, for whoever looks next. */
export function RejectDialog({ findings, onClose, onReject }: Props) {
  const [note, setNote] = useState("")
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onReject(note.trim())
  }
  const what = findings.length === 1 ? findings[0]?.name : formatCount(findings.length, "finding")
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Reject ${what}`}
      description="Nothing is connected. Later scans keep this decision, so it does not come back."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <AreaField
          label="Reason"
          hint="For whoever looks next; may be left empty."
          rows={3}
          maxLength={1_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger">
            Reject
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
