import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink } from "@/components/link"
import { Button } from "@/components/ui/button"
import { SelectField } from "@/components/ui/field"
import { formatCount, formatWord } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { type Finding, findingsQuery } from "../queries"
import { agentsOf, severitiesOf } from "../words"
import { FindingDrawer } from "./finding-drawer"
import { FindingList } from "./finding-list"

const route = getRouteApi("/app/agents")

/** The findings of the newest run that ended well, gravest first. */
export function Findings() {
  const query = useQuery(findingsQuery())
  const { finding = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (id: string) =>
    void navigate({ search: (now) => withSearch(now, { finding: id }), resetScroll: false, replace: id === "" })
  return (
    <Async query={query} lines={8}>
      {({ findings }) => (
        <>
          {findings.length === 0 ? <None /> : <Filtered findings={findings} />}
          {finding && <FindingDrawer id={finding} findings={findings} onClose={() => open("")} />}
        </>
      )}
    </Async>
  )
}

function None() {
  return (
    <Empty
      title="The agents have found nothing yet"
      action={
        <ButtonLink to="/agents" search={{ tab: "runs" }}>
          See the runs
        </ButtonLink>
      }
    >
      Findings come with a run: it syncs your connections, unifies their records and lets the agents read the views.
    </Empty>
  )
}

function Filtered({ findings }: { findings: Finding[] }) {
  const { agent = "", severity = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const set = (part: { agent?: string; severity?: string }) =>
    void navigate({ search: (now) => withSearch(now, part), replace: true, resetScroll: false })
  const shown = findings.filter((one) => (!agent || one.agent === agent) && (!severity || one.severity === severity))
  const choices = (all: string, counted: [string, number][]) =>
    [["", all] as const, ...counted.map(([word, times]) => [word, `${formatWord(word)} (${times})`] as const)] as const
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-3">
        <SelectField
          label="Severity"
          value={severity}
          onChange={(event) => set({ severity: event.target.value })}
          options={choices("All severities", severitiesOf(findings))}
          className="w-44"
        />
        <SelectField
          label="Agent"
          value={agent}
          onChange={(event) => set({ agent: event.target.value })}
          options={choices("All agents", agentsOf(findings))}
          className="w-44"
        />
        {(agent || severity) && (
          <Button kind="quiet" onClick={() => set({ agent: "", severity: "" })}>
            Clear
          </Button>
        )}
        <p role="status" className="py-1.5 text-sm text-muted">
          {shown.length === findings.length
            ? formatCount(findings.length, "finding")
            : `${shown.length} of ${formatCount(findings.length, "finding")}`}
        </p>
      </div>
      {shown.length ? (
        <FindingList findings={shown} to="/agents" />
      ) : (
        <Empty title="No finding of this kind">Choose another severity or agent.</Empty>
      )}
    </div>
  )
}
