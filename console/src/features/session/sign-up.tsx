import { useNavigate } from "@tanstack/react-router"
import { enter } from "@/api/session"
import { Link } from "@/components/link"
import { Field } from "@/components/ui/field"
import { Frame, read } from "./frame"

/** A new tenant and its first user. */
export function SignUp() {
  const navigate = useNavigate()
  const submit = async (form: FormData) => {
    await enter.register(read(form, "tenant"), read(form, "email"), read(form, "password"))
    await navigate({ to: "/home" })
  }
  return (
    <Frame
      title="Create a tenant"
      deed="Create"
      onSubmit={submit}
      footer={
        <p>
          You have an account? <Link to="/sign-in">Sign in</Link>
        </p>
      }
    >
      <Field label="Name of your company or team" name="tenant" autoComplete="organization" required />
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        hint="Long and not guessable; a sentence is good."
      />
    </Frame>
  )
}
