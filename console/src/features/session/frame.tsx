import { type FormEvent, type ReactNode, useEffect, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { ThemeSwitch } from "@/layout/theme"

type Props = {
  title: string
  /** What the button says. */
  deed: string
  onSubmit: (form: FormData) => Promise<void>
  children: ReactNode
  footer?: ReactNode
}

/** A form of somebody who is not signed in yet. */
export function Frame({ title, deed, onSubmit, children, footer }: Props) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    document.title = `AOS ${title}`
  }, [title])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await onSubmit(new FormData(event.currentTarget))
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="flex min-h-dvh flex-col items-center justify-center gap-4 bg-linear-to-br from-good-soft via-info-soft to-agent-soft p-4">
      <main className="flex w-full max-w-md flex-col gap-4 rounded-2xl border bg-surface p-6 shadow-xl">
        <div className="flex items-center justify-between">
          <p className="flex items-center gap-2 text-lg font-bold">
            <img src="/favicon.svg" alt="" width="32" height="32" />
            AutonomOS
          </p>
          <ThemeSwitch />
        </div>
        <h1 className="text-2xl">{title}</h1>
        {error !== null && <Trouble error={error} />}
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
          {children}
          <Button type="submit" kind="primary" busy={busy} className="mt-2">
            {deed}
          </Button>
        </form>
        {footer && <div className="text-sm">{footer}</div>}
      </main>
    </div>
  )
}

/** A field of a form as text. */
export function read(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === "string" ? value : ""
}
