import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { type Connection, statisticsQuery, steeringQuery } from "../../queries"
import { DeleteCard } from "./delete-card"
import { FreshnessCard } from "./freshness-card"
import { LimitsCard } from "./limits-card"
import { ReconnectCard } from "./reconnect-card"
import { ScheduleCard } from "./schedule-card"

/** When and how fast a connection syncs, what it is given, and its end. */
export function SettingsTab({ connection }: { connection: Connection }) {
  const steering = useQuery(steeringQuery(connection.id))
  const statistics = useQuery(statisticsQuery(connection.id))
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Async query={steering}>
        {(told) => (
          <>
            <ScheduleCard id={connection.id} steering={told} />
            <LimitsCard id={connection.id} steering={told} />
          </>
        )}
      </Async>
      <Async query={statistics}>
        {(told) => <FreshnessCard id={connection.id} within={told.fresh_within_minutes} />}
      </Async>
      <DeleteCard connection={connection} />
      <ReconnectCard connection={connection} />
    </div>
  )
}
