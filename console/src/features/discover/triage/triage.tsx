import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import { OutcomeLine } from "../decisions/outcome"
import { RejectDialog } from "../decisions/reject-dialog"
import { FindingDrawer } from "../finding-drawer"
import { type Finding, MOST_FINDINGS } from "../queries"
import { BulkBar } from "./bulk-bar"
import { Filters } from "./filters"
import { FindingRow } from "./finding-row"
import { KeysDialog } from "./keys-dialog"
import { NoneLeft } from "./none-left"
import { opener, useTriage } from "./use-triage"

const MOST_DECIDED = 20

/** The inbox: look at what was found, and decide. */
export function Triage({ findings, onScan }: { findings: Finding[]; onScan: () => void }) {
  const inbox = useTriage(findings)
  const { filter, shown, decisions, set } = inbox
  return (
    <Card>
      <div className="flex flex-col gap-4">
        <Filters filter={filter} scans={inbox.scans} onChange={set} />
        <OutcomeLine {...decisions} />
        <BulkBar
          shown={shown}
          chosen={inbox.chosen}
          busy={decisions.progress !== null}
          onChoose={(ids) => inbox.setSelected(new Set(ids))}
          onApprove={() => inbox.act("approve")}
          onReject={() => inbox.act("reject")}
          onHelp={() => inbox.setHelp(true)}
        />
        {shown.length === 0 ? (
          <>
            <NoneLeft any={findings.length > 0} filter={filter} onAll={() => set({ state: "all" })} onScan={onScan} />
            {!Object.values(filter).some(Boolean) && <Decided findings={findings} inbox={inbox} />}
          </>
        ) : (
          <ul ref={inbox.list} data-inbox aria-label="Findings" className="rounded-xl border">
            {shown.map((finding) => (
              <FindingRow
                key={finding.id}
                finding={finding}
                open={finding.id === inbox.openId}
                selected={inbox.selected.has(finding.id)}
                onOpen={inbox.open}
                onSelect={inbox.select}
              />
            ))}
          </ul>
        )}
        {findings.length >= MOST_FINDINGS && (
          <p className="text-sm text-muted">{`Only the ${formatCount(MOST_FINDINGS, "finding")} with the highest scores are shown.`}</p>
        )}
      </div>
      <Dialogs inbox={inbox} />
    </Card>
  )
}

/** Below an inbox with nothing left: what was decided, so that nobody wonders where it went. */
function Decided({ findings, inbox }: { findings: Finding[]; inbox: ReturnType<typeof useTriage> }) {
  if (findings.length === 0) return null
  return (
    <ul aria-label="Decided" className="rounded-xl border">
      {findings.slice(0, MOST_DECIDED).map((finding) => (
        <FindingRow
          key={finding.id}
          finding={finding}
          open={finding.id === inbox.openId}
          selected={inbox.selected.has(finding.id)}
          onOpen={inbox.open}
          onSelect={inbox.select}
        />
      ))}
    </ul>
  )
}

function Dialogs({ inbox }: { inbox: ReturnType<typeof useTriage> }) {
  const { openId, rejecting } = inbox
  const reject = (note: string) => {
    inbox.setRejecting([])
    void inbox.settle(rejecting, { kind: "reject", note })
  }
  return (
    <>
      {openId && (
        <FindingDrawer
          id={openId}
          decisions={inbox.decisions}
          returnTo={() => opener(inbox.list.current, openId)}
          onClose={() => inbox.set({ finding: "" })}
          onReject={(finding) => inbox.setRejecting([finding])}
        />
      )}
      {rejecting.length > 0 && (
        <RejectDialog findings={rejecting} onClose={() => inbox.setRejecting([])} onReject={reject} />
      )}
      {inbox.help && <KeysDialog onClose={() => inbox.setHelp(false)} />}
    </>
  )
}
