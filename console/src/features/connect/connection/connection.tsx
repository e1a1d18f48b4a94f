import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Page } from "@/components/page"
import { Time } from "@/components/time"
import { Button } from "@/components/ui/button"
import { Tabs } from "@/components/ui/tabs"
import { formatCount } from "@/lib/format"
import { type Explanation, explainQuery } from "../queries"
import { StateBadge } from "../state-badge"
import { stateOf } from "../words"
import { Actions } from "./actions"
import { RunsTab } from "./runs/runs-tab"
import { SettingsTab } from "./settings/settings-tab"
import { Overview } from "./tabs/overview"
import { PreviewTab } from "./tabs/preview"
import { QuarantineTab } from "./tabs/quarantine"
import { StreamsTab } from "./tabs/streams"
import { TimelineTab } from "./tabs/timeline-tab"

const route = getRouteApi("/app/connect/$connectionId")

/** One connection: how it is, what it did, and everything that can be done with it. */
export function Connection() {
  const { connectionId } = route.useParams()
  const query = useQuery(explainQuery(connectionId))
  const connection = query.data?.connection
  return (
    <Page
      title={connection?.name ?? "Connection"}
      lead={
        connection && (
          <>
            {connection.connector}
            {connection.location && (
              <>
                {" · "}
                <span className="font-mono text-xs break-all">{connection.location}</span>
              </>
            )}
          </>
        )
      }
      actions={<Link to="/connect">All connections</Link>}
    >
      <Async query={query} lines={8}>
        {(told) => <Body told={told} />}
      </Async>
    </Page>
  )
}

function Body({ told }: { told: Explanation }) {
  const { tab, stream = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const { connection } = told
  const { id } = connection
  const refused = told.refusals.reduce((sum, refusal) => sum + refusal.rows, 0)
  const open = (name: string) => void navigate({ search: name === "overview" ? {} : { tab: name }, replace: true })
  const tabs = [
    { name: "overview", label: "Overview", content: <Overview told={told} onOpen={open} /> },
    {
      name: "streams",
      label: `Streams (${connection.streams.length})`,
      content: <StreamsTab connection={connection} />,
    },
    { name: "runs", label: "Runs", content: <RunsTab id={id} /> },
    {
      name: "quarantine",
      label: refused ? `Quarantine (${refused})` : "Quarantine",
      content: <QuarantineTab connection={connection} stream={stream} />,
    },
    { name: "timeline", label: "Timeline", content: <TimelineTab connection={connection} /> },
    { name: "preview", label: "Preview", content: <PreviewTab connection={connection} /> },
    { name: "settings", label: "Settings", content: <SettingsTab connection={connection} /> },
  ]
  return (
    <>
      <Head told={told} onSettings={() => open("settings")} />
      <Tabs
        label={connection.name}
        open={tabs.some(({ name }) => name === tab) ? (tab ?? "") : "overview"}
        onOpen={open}
        tabs={tabs}
      />
    </>
  )
}

const WANTS_SETTINGS = new Set(["FAILED", "AWAITING_CREDENTIALS"])

function Head({ told: { connection, last_run }, onSettings }: { told: Explanation; onSettings: () => void }) {
  const [, , meaning] = stateOf(connection)
  return (
    <section aria-label="State" className="flex flex-col gap-3 rounded-2xl border bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <StateBadge connection={connection} />
          <span>{meaning}</span>
          {connection.paused_by && (
            <span className="text-muted">
              Paused <Time at={connection.pause_time} />.
            </span>
          )}
          {connection.next_time && (
            <span className="text-muted">
              Next sync <Time at={connection.next_time} />.
            </span>
          )}
        </p>
        <Actions connection={connection} run={last_run} />
      </div>
      {connection.error && <p className="text-sm font-bold text-bad">{connection.error}</p>}
      {connection.missing.length > 0 && (
        <p className="text-sm text-warn">
          {`${formatCount(connection.missing.length, "setting")} missing: ${connection.missing.join(", ")}.`}
        </p>
      )}
      {WANTS_SETTINGS.has(connection.state) && (
        <div>
          <Button kind="primary" onClick={onSettings}>
            Give other settings
          </Button>
        </div>
      )}
      {connection.warnings.map((warning) => (
        <p key={warning} className="text-sm text-warn">
          {warning}
        </p>
      ))}
    </section>
  )
}
