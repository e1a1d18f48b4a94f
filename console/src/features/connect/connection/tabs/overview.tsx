import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { Stat, Stats } from "@/components/stat"
import { Time } from "@/components/time"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatCount, formatNumber } from "@/lib/format"
import { type Explanation, runsQuery, statisticsQuery } from "../../queries"
import { freshness, lagWords, totals } from "../../words"
import { RowsChart } from "./rows-chart"

type Props = { told: Explanation; onOpen: (tab: string) => void }

/** How the connection is, in figures and in sentences. */
export function Overview({ told, onOpen }: Props) {
  const runs = useInfiniteQuery(runsQuery(told.connection.id)).data?.pages.flatMap((page) => page.runs) ?? []
  return (
    <div className="flex flex-col gap-4">
      <Figures told={told} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title="What happened">
          <ul className="flex flex-col gap-2 text-sm">
            {told.story.map((sentence) => (
              <li key={sentence} className="border-l-3 border-line pl-3 break-words">
                {sentence}
              </li>
            ))}
          </ul>
        </Card>
        <div className="flex min-w-0 flex-col gap-4">
          {told.refusals.length > 0 && (
            <Card
              title="Rows that do not fit"
              actions={<Button onClick={() => onOpen("quarantine")}>Look at them</Button>}
            >
              <ul className="flex flex-col gap-1 text-sm">
                {told.refusals.map((refusal) => (
                  <li key={`${refusal.stream}/${refusal.column}/${refusal.reason}`}>
                    <b>{formatCount(refusal.rows, "row")}</b>
                    {` of ${refusal.stream}, column ${refusal.column}: ${refusal.reason}`}
                  </li>
                ))}
              </ul>
            </Card>
          )}
          <Card title="Rows of the newest runs">
            <RowsChart runs={runs} />
          </Card>
        </div>
      </div>
    </div>
  )
}

function Figures({ told: { connection, last_run } }: { told: Explanation }) {
  const statistics = useQuery(statisticsQuery(connection.id)).data
  const last = last_run ? totals(last_run) : null
  const lags = statistics?.streams.flatMap((stream) => (stream.lag_seconds === null ? [] : [stream.lag_seconds])) ?? []
  const fresh = statistics && freshness(statistics)
  return (
    <Stats>
      <Stat
        name="Last run"
        value={
          <span className="text-base whitespace-normal">
            {last_run ? <Time at={last_run.end_time ?? last_run.create_time} /> : "None yet"}
          </span>
        }
        note={last_run ? last_run.state : "Sync it to see figures"}
      />
      <Stat name="Rows read" value={last && formatNumber(last.read)} note="in the last run" />
      <Stat name="Rows published" value={last && formatNumber(last.published)} note="in the last run" />
      <Stat name="Set aside" value={last && formatNumber(last.quarantined)} note="rows that do not fit" />
      <Stat
        name="Lag"
        value={lags.length ? lagWords(Math.max(...lags)) : null}
        note="since the newest record, or the last success"
      />
      <Stat
        name="Freshness"
        value={fresh?.word ?? null}
        note={
          statistics?.fresh_within_minutes
            ? `within ${lagWords(statistics.fresh_within_minutes * 60)}`
            : "set a limit under Settings"
        }
      />
    </Stats>
  )
}
