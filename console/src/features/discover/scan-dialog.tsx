import { type FormEvent, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { scansKey, startScan } from "./queries"

/** Asks where to look. */
export function ScanDialog({ onClose, onStarted }: { onClose: () => void; onStarted: () => void }) {
  const [location, setLocation] = useState("")
  const [name, setName] = useState("")
  const start = useDeed(startScan, {
    done: (scan) => `Scanning ${scan.location}.`,
    refetch: [[...scansKey]],
    onDone: onStarted,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate({ location: location.trim(), name: name.trim() })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Start a scan"
      description="Looks at one place and tells what data is there. It reads a sample, masks personal data, and never writes."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        {start.isError && <Trouble error={start.error} />}
        <Field
          label="Place"
          hint="A folder that the server can read, as /data/exports, or a database, as postgresql://user:password@host/db. A password is kept sealed and never shown again."
          value={location}
          onChange={(event) => setLocation(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          required
        />
        <Field
          label="Name"
          hint="What to call it; made from the place when empty."
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={start.isPending}>
            Start the scan
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
