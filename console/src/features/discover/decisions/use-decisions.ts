import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { toast } from "@/components/toast"
import { formatCount } from "@/lib/format"
import { approve, type Finding, findingsKey, reject } from "../queries"
import { decideEach, type Outcome } from "../triage/inbox"

export type Decision = { kind: "approve"; dataSets?: string[] } | { kind: "reject"; note: string }
export type Progress = { kind: Decision["kind"]; settled: number; of: number }

/** Approving and rejecting findings, one or many, with how far it has come and what came of it. */
export function useDecisions() {
  const client = useQueryClient()
  const [progress, setProgress] = useState<Progress | null>(null)
  const [outcome, setOutcome] = useState<(Outcome & { kind: Decision["kind"] }) | null>(null)

  const decide = async (findings: readonly Finding[], decision: Decision) => {
    const open = findings.filter((finding) => finding.state === "open")
    if (progress || open.length === 0) return
    const { kind } = decision
    setOutcome(null)
    setProgress({ kind, settled: 0, of: open.length })
    const result = await decideEach(
      open,
      (finding) =>
        decision.kind === "approve" ? approve(finding.id, decision.dataSets) : reject(finding.id, decision.note),
      (settled) => setProgress({ kind, settled, of: open.length }),
    )
    await Promise.all([
      client.invalidateQueries({ queryKey: findingsKey }),
      client.invalidateQueries({ queryKey: ["aam"] }),
    ])
    setProgress(null)
    setOutcome({ ...result, kind })
    const { length } = result.done
    if (length) toast(`${formatCount(length, "finding")} ${kind === "approve" ? "approved" : "rejected"}.`)
  }
  return { decide, progress, outcome, dismiss: () => setOutcome(null) }
}
