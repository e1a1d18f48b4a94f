import { useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { addAccount } from "../deeds"
import { identityKey } from "../queries"
import { RoleChoice } from "../role-choice"

/** Makes a service account. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("")
  const [roles, setRoles] = useState(["viewer"])
  const add = useDeed(() => addAccount({ name: name.trim(), roles }), {
    done: (made) => `${made.name} exists. Create a key for it.`,
    refetch: [[...identityKey]],
    onDone: onClose,
  })
  return (
    <Dialog open onClose={onClose} title="New service account" description="Give it the weakest role that does.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <Field
          label="Name"
          hint="What the program is called, for example: nightly export."
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleChoice chosen={roles} onChange={setRoles} />
        {add.isError && <Trouble error={add.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" kind="primary" busy={add.isPending} disabled={!roles.length || !name.trim()}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
