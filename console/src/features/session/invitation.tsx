import { getRouteApi, useNavigate } from "@tanstack/react-router"
import { enter } from "@/api/session"
import { Field } from "@/components/ui/field"
import { Frame, read } from "./frame"

const route = getRouteApi("/invitation")

/** Taking up the invitation of a mail. */
export function Invitation() {
  const { ticket } = route.useSearch()
  const navigate = useNavigate()
  const submit = async (form: FormData) => {
    await enter.accept(read(form, "ticket"), read(form, "password"))
    await navigate({ to: "/home" })
  }
  return (
    <Frame title="Join your team" deed="Join" onSubmit={submit}>
      <Field label="Ticket from the mail" name="ticket" defaultValue={ticket} required autoComplete="off" />
      <Field label="Choose a password" name="password" type="password" autoComplete="new-password" required />
    </Frame>
  )
}
