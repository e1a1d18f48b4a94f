import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Async } from "@/components/async"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { cn } from "@/lib/cn"
import { formatNumber, formatPercent, formatWord } from "@/lib/format"
import { type Funnel, funnelQuery } from "../queries"

const STAGES = [
  ["eligible", "Eligible", "Something installed reads them"],
  ["reachable", "Reachable", "Their source answers"],
  ["active", "Active", "They can be synced"],
  ["pending", "Being looked at", "For the first time"],
  ["awaiting_credentials", "Need credentials", "Settings are missing or rejected"],
  ["network_blocked", "Not reachable", "The network is in the way"],
  ["healing", "Healing", "Their schema has changed"],
  ["error", "Failed", "Another error"],
  ["unsupported_type", "Unsupported", "Nothing reads them"],
] as const satisfies readonly (readonly [keyof Funnel, string, string])[]

/** A stage in the words of its figure. */
export const stageTitle = (stage: string) => STAGES.find(([name]) => name === stage)?.[1] ?? formatWord(stage)

/** The first three are always told, the others when there are any. */
const ALWAYS = 3

/** How many connections are in each stage on the way into use; each figure shows its connections. */
export function FunnelCard({ stage }: { stage: string }) {
  const query = useQuery(funnelQuery)
  return (
    <Card title="On the way into use" actions={query.data && <Coverage funnel={query.data} />}>
      <Async query={query} lines={2}>
        {(funnel) => (
          <ul className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
            {STAGES.filter(([name], at) => at < ALWAYS || funnel[name] !== 0 || stage === name).map(
              ([name, words, note]) => (
                <li key={name}>
                  <Link
                    to="/connect"
                    search={stage === name ? {} : { stage: name }}
                    aria-current={stage === name ? "true" : undefined}
                    className={cn(
                      "block h-full rounded-xl border border-transparent bg-raised p-3 hover:border-primary",
                      stage === name && "border-primary",
                    )}
                  >
                    <span className="block text-xs font-bold text-muted">{words}</span>
                    <span className="block text-xl font-bold">{formatNumber(Number(funnel[name]))}</span>
                    <span className="block text-xs text-muted">{note}</span>
                  </Link>
                </li>
              ),
            )}
          </ul>
        )}
      </Async>
    </Card>
  )
}

function Coverage({ funnel }: { funnel: Funnel }) {
  if (funnel.coverage === null) return null
  const objective = formatPercent(funnel.objective ?? 0)
  return (
    <Badge tone={funnel.met ? "good" : "warn"}>
      {`Coverage ${formatPercent(funnel.coverage)}, ${funnel.met ? "objective met" : `objective ${objective}`}`}
    </Badge>
  )
}
