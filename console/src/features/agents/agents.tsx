import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Tabs } from "@/components/ui/tabs"
import { AgentList } from "./agent-list"
import { Findings } from "./findings/findings"
import { findingsQuery } from "./queries"
import { Runs } from "./runs/runs"
import { StartRun } from "./runs/start-run"

const route = getRouteApi("/app/agents")

/** What the agents found, when they ran, and who they are. */
export function Agents() {
  const { tab = "findings" } = route.useSearch()
  const navigate = route.useNavigate()
  const findings = useQuery(findingsQuery())
  return (
    <Page
      title="Agents"
      lead="Agents read your unified views after each run and tell what wants attention. Every figure opens to its rows."
      actions={
        <>
          <LiveBadge at={findings.dataUpdatedAt || null} />
          <StartRun />
        </>
      }
    >
      <Tabs
        label="Findings, runs and agents"
        open={tab}
        onOpen={(name) => void navigate({ search: { tab: name }, replace: true })}
        tabs={[
          { name: "findings", label: "Findings", content: <Findings /> },
          { name: "runs", label: "Runs", content: <Runs /> },
          { name: "agents", label: "Agents", content: <AgentList /> },
        ]}
      />
    </Page>
  )
}
