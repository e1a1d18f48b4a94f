import { getRouteApi, useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { problemOf } from "@/api/problem"
import { Link } from "@/components/link"
import { Field } from "@/components/ui/field"
import { Frame, read } from "./frame"

const route = getRouteApi("/reset")

async function post(what: string, body: unknown): Promise<void> {
  const answer = await fetch(`/api/v1/auth/password/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null))
}

/** A new password: ask for the mail, then use its ticket. */
export function Reset() {
  const { ticket } = route.useSearch()
  return ticket ? <Choose ticket={ticket} /> : <Forgot />
}

function Forgot() {
  const [sent, setSent] = useState(false)
  const submit = async (form: FormData) => {
    await post("forgot", { email: read(form, "email") })
    setSent(true)
  }
  return (
    <Frame
      title="Reset your password"
      deed="Send the mail"
      onSubmit={submit}
      footer={<Link to="/sign-in">Back to sign in</Link>}
    >
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <p role="status" className="text-sm">
        {sent && "If somebody has this address, a mail with a link is on its way."}
      </p>
    </Frame>
  )
}

function Choose({ ticket }: { ticket: string }) {
  const navigate = useNavigate()
  const submit = async (form: FormData) => {
    await post("reset", { ticket, password: read(form, "password") })
    await navigate({ to: "/sign-in" })
  }
  return (
    <Frame title="Choose a new password" deed="Change password" onSubmit={submit}>
      <Field label="New password" name="password" type="password" autoComplete="new-password" required />
    </Frame>
  )
}
