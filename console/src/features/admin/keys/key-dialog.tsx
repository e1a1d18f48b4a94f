import { useState } from "react"
import { Code } from "@/components/code"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field, SelectField } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { addKey } from "../deeds"
import { identityKey, type ServiceAccount } from "../queries"

const LIFETIMES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "One year"],
  ["730", "Two years"],
  ["", "Until it is revoked"],
] as const

/** Creates a key and shows it, once. */
export function KeyDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const [name, setName] = useState("")
  const [days, setDays] = useState("90")
  const add = useDeed(() => addKey(account.id, { name: name.trim(), days: days ? Number(days) : null }), {
    refetch: [[...identityKey]],
  })
  return (
    <Dialog open onClose={onClose} title={`A key for ${account.name}`}>
      {add.data ? (
        <Shown text={add.data.key} onClose={onClose} />
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            add.mutate()
          }}
        >
          <Field
            label="Name"
            hint="Where the key is used, so that you know which to revoke."
            required
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <SelectField
            label="Good for"
            options={LIFETIMES}
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
          {add.isError && <Trouble error={add.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Not now</Button>
            <Button type="submit" kind="primary" busy={add.isPending} disabled={!name.trim()}>
              Create the key
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Shown({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <p className="text-sm font-bold">
        Copy the key now and keep it where secrets are kept: it is shown this once and stored nowhere.
      </p>
      <Code>{text}</Code>
      <Button kind="primary" className="self-end" onClick={onClose}>
        I have copied it
      </Button>
    </div>
  )
}
