import { Link } from "@/components/link"
import { Dialog } from "@/components/ui/dialog"
import { formatTime } from "@/lib/format"
import { useNames } from "../people"
import type { Entry } from "../queries"

/** One entry with everything that was written down. */
export function EntryDrawer({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const nameOf = useNames()
  const facts: [string, string][] = [
    ["When", formatTime(new Date(entry.occurred_at_us / 1000))],
    ["Who", entry.actor ? nameOf(entry.actor) : ""],
    ["Their roles", entry.roles.join(", ")],
    ["Outcome", entry.outcome],
    ["Reason", entry.reason],
    ["Target", entry.target],
    ["Service", entry.service],
    ["From address", entry.address],
    ["Session", entry.session_id],
    ["Call", entry.call_id],
    ["Trace", entry.trace_id],
    ["Hash", entry.hash],
  ]
  return (
    <Dialog open onClose={onClose} shape="drawer" title={`Entry ${entry.seq}`} description={entry.action}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="font-bold text-muted">{name}</dt>
              <dd className="break-all">{value}</dd>
            </div>
          ))}
      </dl>
      {entry.trace_id && (
        <p className="text-sm">
          <Link to="/connect/flow" search={{ trace: entry.trace_id }}>
            See what flowed in this trace
          </Link>
        </p>
      )}
    </Dialog>
  )
}
