import { Database, Folder } from "lucide-react"
import { memo } from "react"
import { Badge } from "@/components/ui/badge"
import { cn } from "@/lib/cn"
import { formatPercent } from "@/lib/format"
import type { Finding } from "../queries"
import { StateBadge } from "../state-badge"

type Props = {
  finding: Finding
  open: boolean
  selected: boolean
  onOpen: (id: string) => void
  onSelect: (id: string, selected: boolean) => void
}

/** One finding in the inbox: what it is, how much it deserves a look, and why. Drawn anew only when it changes. */
export const FindingRow = memo(function FindingRow({ finding, open, selected, onOpen, onSelect }: Props) {
  const Icon = finding.kind === "postgres" ? Database : Folder
  return (
    <li
      data-finding={finding.id}
      // What is out of sight is not laid out: there may be a thousand.
      style={{ contentVisibility: "auto", containIntrinsicSize: "auto 6rem" }}
      className={cn("flex gap-3 border-b px-2 py-3 last:border-b-0 hover:bg-raised", open && "bg-raised")}
    >
      <input
        type="checkbox"
        aria-label={`Select ${finding.name}`}
        checked={selected}
        onChange={(event) => onSelect(finding.id, event.target.checked)}
        className="mt-1 size-6 shrink-0 accent-primary"
      />
      <button
        type="button"
        onClick={() => onOpen(finding.id)}
        className="flex min-w-0 flex-1 flex-col gap-1 rounded text-left"
      >
        <span className="flex w-full flex-wrap items-center gap-x-3 gap-y-1">
          <Icon aria-hidden className="size-4.5 text-muted" />
          <span className="min-w-0 truncate font-bold">{finding.name}</span>
          <StateBadge state={finding.state} />
          {finding.reasons.some((reason) => reason.startsWith("personal data")) && (
            <Badge tone="warn">Personal data</Badge>
          )}
          <Score value={finding.score} />
        </span>
        <span className="max-w-full truncate font-mono text-xs text-muted">{finding.location}</span>
        <span className="line-clamp-2 text-sm">{finding.reasons.join(" · ")}</span>
      </button>
    </li>
  )
})

/** The score as a bar and in words. */
export function Score({ value }: { value: number }) {
  return (
    <span className="ml-auto flex items-center gap-2 text-xs text-muted">
      <span aria-hidden className="h-2 w-16 overflow-hidden rounded-full bg-raised ring-1 ring-line">
        <span className="block h-full bg-primary" style={{ width: `${value * 100}%` }} />
      </span>
      <span className="tabular-nums">{`Score ${formatPercent(value)}`}</span>
    </span>
  )
}
