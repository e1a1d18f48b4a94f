import { getRouteApi, useRouter } from "@tanstack/react-router"
import { useState } from "react"
import { Problem } from "@/api/problem"
import { enter } from "@/api/session"
import { Link } from "@/components/link"
import { Field } from "@/components/ui/field"
import { formatWord } from "@/lib/format"
import { Frame, read } from "./frame"

const route = getRouteApi("/sign-in")

/** Signing in, with a second factor where the account wants one. */
export function SignIn() {
  const { next, refused } = route.useSearch()
  const { history } = useRouter()
  const [wantsCode, setWantsCode] = useState(false)
  const submit = async (form: FormData) => {
    try {
      await enter.signIn(read(form, "email"), read(form, "password"), read(form, "totp"))
    } catch (error) {
      if (error instanceof Problem && error.reason.includes("TOTP")) setWantsCode(true)
      throw error
    }
    // Only a path of this console: an address elsewhere would make this page a trap.
    history.push(next?.startsWith("/") && !next.startsWith("//") ? next : "/home")
  }
  return (
    <Frame
      title="Sign in"
      deed="Sign in"
      onSubmit={submit}
      footer={
        <p className="flex flex-wrap justify-between gap-2">
          <Link to="/sign-up">Create a tenant</Link>
          <Link to="/reset">Forgot your password?</Link>
        </p>
      }
    >
      {refused && (
        <p role="alert" className="text-sm text-bad">
          Your provider's sign-on was refused: {formatWord(refused)}.
        </p>
      )}
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      {wantsCode && (
        <Field label="Code of your authenticator" name="totp" inputMode="numeric" autoComplete="one-time-code" />
      )}
    </Frame>
  )
}
