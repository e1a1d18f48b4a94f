import { ArrowRight } from "lucide-react"
import type { ReactNode } from "react"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { PLACES } from "@/layout/places"
import { formatCompact, formatCount } from "@/lib/format"
import type { Glance } from "./queries"

type Stage = { to: string; figure: string; of: string; note: ReactNode }

function stages({ openFindings, connections, views, run, findings }: Glance): Stage[] {
  const filled = views.filter(({ rows }) => rows > 0)
  const rows = filled.reduce((sum, view) => sum + view.rows, 0)
  const records = filled.reduce((sum, view) => sum + view.records, 0)
  const active = connections.filter(({ state }) => state === "ACTIVE").length
  return [
    { to: "/discover", figure: String(openFindings.length), of: "findings to triage", note: "Data that you have" },
    {
      to: "/connect",
      figure: `${active} of ${connections.length}`,
      of: "connections active",
      note: "Read without losing a row",
    },
    {
      to: "/views",
      figure: formatCompact(rows),
      of: `unified rows in ${formatCount(filled.length, "view")}`,
      note: `From ${formatCount(records, "record")}`,
    },
    {
      to: "/agents",
      figure: String(findings.length),
      of: "findings of the agents",
      note: run ? (
        <>
          Last run <Time at={run.create_time} />
        </>
      ) : (
        "No run yet"
      ),
    },
    { to: "/ask", figure: "Ask", of: "in plain words", note: "Every number opens to its rows" },
  ]
}

/** Each layer with its one figure, in the order of a record's journey. */
export function Pipeline({ glance }: { glance: Glance }) {
  return (
    <ol className="grid gap-3 sm:grid-cols-2 xl:grid-cols-5" aria-label="The pipeline">
      {stages(glance).map(({ to, figure, of, note }, at) => {
        const place = PLACES.find((one) => one.to === to)
        const Icon = place?.icon ?? ArrowRight
        return (
          <li key={to} className="relative rounded-2xl border bg-surface p-4">
            <p className="flex items-center gap-2 text-sm font-bold text-muted">
              <Icon aria-hidden className="size-4.5" />
              {at + 1}. <Link to={to}>{place?.name}</Link>
            </p>
            <p className="mt-2 text-2xl font-bold">{figure}</p>
            <p className="text-sm">{of}</p>
            <p className="text-xs text-muted">{note}</p>
          </li>
        )
      })}
    </ol>
  )
}
