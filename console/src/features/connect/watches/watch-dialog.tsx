import { type FormEvent, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field, SelectField } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { watch } from "../deeds"
import { aamKey } from "../queries"

/** Asks for an Airbyte deployment and a credential that may read. */
export function WatchDialog({ onClose }: { onClose: () => void }) {
  const create = useDeed(watch, {
    done: (made) => `${made.name} is watched.`,
    refetch: [[...aamKey, "watches"]],
    onDone: onClose,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? "")
    create.mutate({
      name: text("name"),
      url: text("url"),
      client_id: text("client_id"),
      client_secret: text("client_secret"),
      bearer_token: text("bearer_token"),
      every_seconds: Number(text("every_seconds")),
      stale_after_minutes: Number(text("stale_after_minutes")),
    })
  }
  return (
    <Dialog open onClose={onClose} title="Watch a deployment" description="Only reads; the credential is kept sealed.">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Name" name="name" required />
        <Field label="Address" name="url" type="url" placeholder="https://airbyte.example.com" required />
        <Credential />
        <Field label="Look every (seconds)" name="every_seconds" type="number" min={60} defaultValue={300} required />
        <Field
          label="Late after (minutes)"
          hint="For syncs whose schedule has no interval."
          name="stale_after_minutes"
          type="number"
          min={1}
          defaultValue={1440}
          required
        />
        {create.isError && <Trouble error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.isPending}>
            Watch it
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Credential() {
  const [by, setBy] = useState("client")
  return (
    <>
      <SelectField
        label="Credential"
        value={by}
        onChange={(event) => setBy(event.target.value)}
        options={[
          ["client", "An application's ID and secret"],
          ["bearer", "A bearer token"],
        ]}
      />
      {by === "client" ? (
        <>
          <Field label="Application ID" name="client_id" autoComplete="off" required />
          <Field label="Application secret" name="client_secret" type="password" autoComplete="off" required />
        </>
      ) : (
        <Field label="Bearer token" name="bearer_token" type="password" autoComplete="off" required />
      )}
    </>
  )
}
