import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Radar } from "lucide-react"
import { useEffect, useState } from "react"
import { Async } from "@/components/async"
import { Page } from "@/components/page"
import { Button } from "@/components/ui/button"
import { Tabs } from "@/components/ui/tabs"
import { formatCount } from "@/lib/format"
import { withSearch } from "@/lib/search"
import { findingsKey, findingsQuery, scansQuery, underWay } from "./queries"
import { ScanDialog } from "./scan-dialog"
import { Scans } from "./scans"
import { Triage } from "./triage/triage"

const route = getRouteApi("/app/discover")

/** What data there is before anybody connected it, and the decision on each place. */
export function Discover() {
  const { show } = route.useSearch()
  const navigate = route.useNavigate()
  const findings = useQuery(findingsQuery)
  const running = useScanning()
  const [asking, setAsking] = useState(false)
  const open = (name: string) =>
    void navigate({ search: (before) => withSearch(before, { show: name === "scans" ? "scans" : "" }), replace: true })
  const waiting = findings.data?.filter((finding) => finding.state === "open").length
  return (
    <Page
      title="Discover"
      lead="Places with data that a scan found. Approve what AAM shall connect to; reject the rest."
      actions={
        <Button kind="primary" onClick={() => setAsking(true)}>
          <Radar aria-hidden className="size-4" />
          Start a scan
        </Button>
      }
    >
      {running > 0 && (
        <p role="status" className="rounded-xl bg-info-soft p-3 text-sm font-bold text-info">
          {`${formatCount(running, "scan")} under way. What it finds appears here by itself.`}
        </p>
      )}
      <Tabs
        label="Discover"
        open={show === "scans" ? "scans" : "findings"}
        onOpen={open}
        tabs={[
          {
            name: "findings",
            label: waiting ? `Findings (${waiting} to decide)` : "Findings",
            content: (
              <Async query={findings} lines={8}>
                {(all) => <Triage findings={all} onScan={() => setAsking(true)} />}
              </Async>
            ),
          },
          { name: "scans", label: "Scans", content: <Scans onScan={() => setAsking(true)} /> },
        ]}
      />
      {asking && (
        <ScanDialog
          onClose={() => setAsking(false)}
          onStarted={() => {
            setAsking(false)
            open("scans")
          }}
        />
      )}
    </Page>
  )
}

/** How many scans are under way; each that ends brings the findings anew. */
function useScanning(): number {
  const client = useQueryClient()
  const running = useQuery(scansQuery).data?.filter(underWay).length ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number of running scans is the reason to read
  useEffect(() => {
    void client.invalidateQueries({ queryKey: findingsKey })
  }, [running, client])
  return running
}
