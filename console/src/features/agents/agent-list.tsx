import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { agentsQuery, findingsQuery } from "./queries"

/** Who the agents are, and which views each reads. */
export function AgentList() {
  const agents = useQuery(agentsQuery)
  const findings = useQuery(findingsQuery()).data?.findings
  return (
    <Async query={agents} lines={4}>
      {(list) => (
        <div className="grid gap-4 md:grid-cols-2">
          {list.map((agent) => {
            const found = findings?.filter((one) => one.agent === agent.name).length
            return (
              <Card key={agent.name} title={agent.name}>
                <p className="text-sm">{agent.description}</p>
                <h3 className="mt-3 text-xs text-muted">Reads</h3>
                <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm">
                  {agent.consumes.map((view) => (
                    <li key={view}>
                      <Link to="/views/$view" params={{ view }}>
                        {view}
                      </Link>
                    </li>
                  ))}
                </ul>
                {found !== undefined && (
                  <p className="mt-3 text-sm">
                    <Link to="/agents" search={{ tab: "findings", agent: agent.name }}>
                      {formatCount(found, "finding")}
                    </Link>{" "}
                    in the newest run that ended well.
                  </p>
                )}
              </Card>
            )
          })}
        </div>
      )}
    </Async>
  )
}
