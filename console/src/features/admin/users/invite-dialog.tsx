import { useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { invite } from "../deeds"
import { identityKey } from "../queries"
import { RoleChoice } from "../role-choice"

/** Sends an invitation. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("")
  const [roles, setRoles] = useState(["viewer"])
  const send = useDeed(() => invite({ email: email.trim(), roles }), {
    done: (sent) => `${sent.email} is invited.`,
    refetch: [[...identityKey]],
    onDone: onClose,
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite somebody"
      description="They get a mail with a link, good for seven days, and choose their password themselves."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate()
        }}
      >
        <Field
          label="E-mail address"
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RoleChoice chosen={roles} onChange={setRoles} />
        {send.isError && <Trouble error={send.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" kind="primary" busy={send.isPending} disabled={!roles.length || !email.trim()}>
            Send the invitation
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
