import { type FormEvent, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { changePassword } from "../deeds"
import { identityKey } from "../queries"

/** Changes one's password. */
export function PasswordCard({ email }: { email: string }) {
  const [now, setNow] = useState("")
  const [next, setNext] = useState("")
  const change = useDeed(() => changePassword(now, next), {
    done: () => "Your password is changed; every other session has ended.",
    refetch: [[...identityKey]],
    onDone: () => {
      setNow("")
      setNext("")
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Card title="Password">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <Field
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          value={now}
          onChange={(event) => setNow(event.target.value)}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="12 characters or more, not easily guessed."
          minLength={12}
          maxLength={256}
          required
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        {change.isError && <Trouble error={change.error} />}
        <Button type="submit" kind="primary" className="self-start" busy={change.isPending} disabled={!now || !next}>
          Change password
        </Button>
      </form>
    </Card>
  )
}
