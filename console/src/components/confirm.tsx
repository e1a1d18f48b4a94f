import { type ReactNode, useState } from "react"
import { Trouble } from "./trouble"
import { Button } from "./ui/button"
import { Dialog } from "./ui/dialog"

type Props = {
  open: boolean
  onClose: () => void
  title: string
  /** What will happen, and whether it can be undone. */
  children: ReactNode
  /** The deed in one word or two: "Delete connection". */
  deed: string
  onConfirm: () => Promise<unknown>
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, onClose, title, children, deed, onConfirm }: Props) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const confirm = async () => {
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      onClose()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <div className="text-sm">{children}</div>
      {error !== null && <Trouble error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep</Button>
        <Button kind="danger" busy={busy} onClick={() => void confirm()}>
          {deed}
        </Button>
      </div>
    </Dialog>
  )
}
