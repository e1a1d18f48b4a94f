import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { formatCount, formatNumber } from "@/lib/format"
import { feeding, readers } from "../lineage/graph"
import { graphQuery, type Proposal } from "../queries"

/** What a decision touches: the entity's view, the streams beside this one, and the agents that read. */
export function Effects({ proposal }: { proposal: Proposal }) {
  const graph = useQuery(graphQuery)
  return (
    <section>
      <h3 className="mb-1 text-sm">What it affects</h3>
      <Async query={graph} lines={2}>
        {(told) => {
          const rows = told.nodes.find((node) => node.id === `entity:${proposal.entity}`)?.rows ?? 0
          const others = feeding(told, proposal.entity).filter(
            (one) => one.connection !== proposal.connection_id || one.stream !== proposal.stream,
          )
          const agents = readers(told, proposal.entity)
          return (
            <ul className="list-disc pl-5 text-sm">
              <li>
                The entity{" "}
                <Link to="/entities/$entity" params={{ entity: proposal.entity }}>
                  {proposal.entity}
                </Link>{" "}
                and its view, which has{" "}
                <Link to="/views/$view" params={{ view: proposal.entity }}>
                  {formatCount(rows, "row")}
                </Link>{" "}
                now.
              </li>
              <li>
                {others.length
                  ? `Unified with ${others.map((one) => `${one.stream} (${formatNumber(one.edge.rows ?? 0)} records)`).join(", ")}.`
                  : "No other stream feeds this entity."}
              </li>
              <li>{agents.length ? `Read by ${agents.join(" and ")}.` : "No agent reads it yet."}</li>
            </ul>
          )
        }}
      </Async>
    </section>
  )
}
