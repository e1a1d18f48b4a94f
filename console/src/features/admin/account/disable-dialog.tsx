import { type FormEvent, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { disableFactor } from "../deeds"
import { identityKey } from "../queries"

/** Turns the second factor off, with password and code. */
export function DisableDialog({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("")
  const [code, setCode] = useState("")
  const off = useDeed(() => disableFactor(password, code.trim()), {
    done: () => "The second factor is off.",
    refetch: [[...identityKey, "totp"]],
    onDone: onClose,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    off.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Turn off the second factor"
      description="Your password alone will sign you in."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field
          label="Your password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Field
          label="A code of the app, or a recovery code"
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        {off.isError && <Trouble error={off.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it on</Button>
          <Button type="submit" kind="danger" busy={off.isPending} disabled={!password || !code}>
            Turn it off
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
