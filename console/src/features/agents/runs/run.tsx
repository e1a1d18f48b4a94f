import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useState } from "react"
import { Async } from "@/components/async"
import { Confirm } from "@/components/confirm"
import { Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Stat, Stats } from "@/components/stat"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { formatDuration, formatTime, formatWord } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { FindingDrawer } from "../findings/finding-drawer"
import { FindingList } from "../findings/finding-list"
import { aoaKey, cancelRun, findingsQuery, type Run as RunOut, runOpen, runQuery } from "../queries"
import { runTookMs, toneOf } from "../words"
import { Steps } from "./steps"

const route = getRouteApi("/app/agents/runs/$runId")

/** One run: its steps while they happen, and what its agents found. */
export function Run() {
  const { runId } = route.useParams()
  const query = useQuery(runQuery(runId))
  return (
    <Page
      title="Run"
      lead={
        <>
          One passage of your data: sync, unify, analyse.{" "}
          <Link to="/agents" search={{ tab: "runs" }}>
            All runs
          </Link>
        </>
      }
      actions={query.data && runOpen(query.data) && <Running run={query.data} at={query.dataUpdatedAt} />}
    >
      <Async query={query} lines={8}>
        {(run) => <Content run={run} />}
      </Async>
    </Page>
  )
}

function Running({ run, at }: { run: RunOut; at: number }) {
  const [asking, setAsking] = useState(false)
  const cancel = useDeed(() => cancelRun(run.id), { done: () => "The run is cancelled.", refetch: [[...aoaKey]] })
  return (
    <>
      <LiveBadge at={at || null} />
      <Button kind="danger" onClick={() => setAsking(true)}>
        Cancel the run
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Cancel this run?"
        deed="Cancel the run"
        onConfirm={() => cancel.mutateAsync()}
      >
        The steps under way stop. Rows that were already synced and unified stay; what is missing comes with the next
        run.
      </Confirm>
    </>
  )
}

function Content({ run }: { run: RunOut }) {
  return (
    <>
      <Stats>
        <Stat name="State" value={<Badge tone={toneOf(run.state)}>{formatWord(run.state)}</Badge>} />
        <Stat name="Started" value={<span className="text-base">{formatTime(new Date(run.create_time))}</span>} />
        <Stat
          name={run.end_time ? "Took" : "So far"}
          value={<span className="text-base">{formatDuration(runTookMs(run) ?? 0)}</span>}
        />
      </Stats>
      {run.state === "failed" && run.error && (
        <p className="rounded-xl border border-bad bg-bad-soft p-4 text-sm font-bold text-bad">{run.error}</p>
      )}
      <Card title="Steps">
        <Steps steps={run.steps} />
      </Card>
      {run.end_time && <Found runId={run.id} />}
      <p className="font-mono text-xs break-all text-muted">{run.id}</p>
    </>
  )
}

function Found({ runId }: { runId: string }) {
  const query = useQuery(findingsQuery(runId))
  const { finding = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const close = () => void navigate({ search: (now) => withSearch(now, { finding: "" }), resetScroll: false })
  return (
    <Card title="Findings of this run">
      <Async query={query}>
        {({ findings }) => (
          <>
            {findings.length ? (
              <FindingList findings={findings} to={`/agents/runs/${runId}`} />
            ) : (
              <p className="text-sm text-muted">This run's agents found nothing, or did not come to read.</p>
            )}
            {finding && <FindingDrawer id={finding} findings={findings} onClose={close} />}
          </>
        )}
      </Async>
    </Card>
  )
}
