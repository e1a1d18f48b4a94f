import { Keyboard } from "lucide-react"
import { Button } from "@/components/ui/button"
import { formatCount } from "@/lib/format"
import type { Finding } from "../queries"

type Props = {
  shown: readonly Finding[]
  chosen: readonly Finding[]
  busy: boolean
  onChoose: (ids: string[]) => void
  onApprove: () => void
  onReject: () => void
  onHelp: () => void
}

/** What can be done with several findings at once. */
export function BulkBar({ shown, chosen, busy, onChoose, onApprove, onReject, onHelp }: Props) {
  const all = shown.length > 0 && chosen.length === shown.length
  const open = chosen.filter((finding) => finding.state === "open").length
  return (
    <div className="flex flex-wrap items-center gap-2 px-2">
      <label className="flex min-h-9 items-center gap-2 text-sm font-bold">
        <input
          type="checkbox"
          checked={all}
          disabled={shown.length === 0}
          onChange={() => onChoose(all ? [] : shown.map((finding) => finding.id))}
          className="size-6 accent-primary"
        />
        {chosen.length > 0
          ? `${formatCount(chosen.length, "finding")} selected`
          : `Select all (${formatCount(shown.length, "finding")})`}
      </label>
      {chosen.length > 0 && (
        <>
          <Button kind="primary" onClick={onApprove} busy={busy} disabled={open === 0}>
            {`Approve ${open}`}
          </Button>
          <Button kind="danger" onClick={onReject} disabled={busy || open === 0}>
            {`Reject ${open}`}
          </Button>
        </>
      )}
      <Button kind="quiet" onClick={onHelp} className="ml-auto">
        <Keyboard aria-hidden className="size-4" />
        Keys
      </Button>
    </div>
  )
}
