import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { cn } from "@/lib/cn"
import { formatPercent } from "@/lib/format"
import type { Proposal } from "../queries"
import { STATES } from "../words"

type Props = { proposals: Proposal[]; open: string; onOpen: (id: string) => void; more: boolean }

/** The proposals as a list of buttons; the open one is marked. */
export function ProposalList({ proposals, open, onOpen, more }: Props) {
  return (
    <nav
      aria-label="Proposals"
      className="max-h-[40dvh] lg:max-h-[70dvh] overflow-y-auto rounded-2xl border bg-surface p-2"
    >
      <ul className="flex flex-col gap-1">
        {proposals.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-current={one.id === open || undefined}
              onClick={() => onOpen(one.id)}
              className={cn(
                "flex w-full flex-col gap-1 rounded-lg border-l-4 border-transparent px-3 py-2 text-left text-sm hover:bg-raised",
                one.id === open && "border-primary bg-raised",
              )}
            >
              <span className="font-bold break-all">
                {one.stream} → {one.entity || "no entity"}
              </span>
              <span className="flex flex-wrap items-center gap-2 text-xs text-muted">
                <Badge tone={STATES[one.state]?.tone ?? "plain"}>{STATES[one.state]?.text ?? one.state}</Badge>
                {formatPercent(one.entity_confidence)}, {one.connection_name}, <Time at={one.create_time} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {more && <p className="p-2 text-xs text-muted">The newest 100 are shown. Choose a state to see fewer.</p>}
    </nav>
  )
}
