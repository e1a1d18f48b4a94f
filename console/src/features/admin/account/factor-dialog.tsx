import { type FormEvent, useState } from "react"
import { Code } from "@/components/code"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { beginFactor, confirmFactor } from "../deeds"
import { identityKey } from "../queries"

/** Sets the second factor up: password, secret, first code, recovery codes. */
export function FactorDialog({ onClose }: { onClose: () => void }) {
  const begin = useDeed(beginFactor)
  const confirm = useDeed(confirmFactor, {
    done: () => "The second factor is on.",
    refetch: [[...identityKey, "totp"]],
  })
  const step = confirm.data ? 3 : begin.data ? 2 : 1
  return (
    <Dialog open onClose={onClose} title="Set up the second factor" description={`Step ${step} of 3`}>
      {step === 1 && (
        <Ask
          key="password"
          label="Your password"
          deed="Go on"
          type="password"
          autoComplete="current-password"
          busy={begin.isPending}
          error={begin.error}
          onTell={(password) => begin.mutate(password)}
        />
      )}
      {step === 2 && begin.data && (
        <>
          <p className="text-sm">
            Add this account to an authenticator app: type in the secret, or open the address on the device that has the
            app.
          </p>
          <h3 className="text-sm font-bold">Secret</h3>
          <Code>{begin.data.secret}</Code>
          <h3 className="text-sm font-bold">Address</h3>
          <Code>{begin.data.uri}</Code>
          <Ask
            key="code"
            label="The six digits that the app shows"
            deed="Turn it on"
            inputMode="numeric"
            autoComplete="one-time-code"
            busy={confirm.isPending}
            error={confirm.error}
            onTell={(code) => confirm.mutate(code.replaceAll(" ", ""))}
          />
        </>
      )}
      {step === 3 && <Recovery codes={confirm.data?.recovery_codes ?? []} onClose={onClose} />}
    </Dialog>
  )
}

type AskProps = {
  label: string
  deed: string
  type?: string
  inputMode?: "numeric"
  autoComplete: string
  busy: boolean
  error: unknown
  onTell: (text: string) => void
}

function Ask({ label, deed, type = "text", inputMode, autoComplete, busy, error, onTell }: AskProps) {
  const [text, setText] = useState("")
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onTell(text)
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label={label}
        type={type}
        inputMode={inputMode}
        autoComplete={autoComplete}
        required
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {error !== null && <Trouble error={error} />}
      <Button type="submit" kind="primary" className="self-end" busy={busy} disabled={!text}>
        {deed}
      </Button>
    </form>
  )
}

function Recovery({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <p className="text-sm font-bold">
        Keep these recovery codes in a safe place: each signs you in once without the app. They are shown this once.
      </p>
      <Code>{codes.join("\n")}</Code>
      <Button kind="primary" className="self-end" onClick={onClose}>
        I have kept them
      </Button>
    </div>
  )
}
