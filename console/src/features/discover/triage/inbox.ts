/** Which findings are shown, in which order, and where the keyboard goes among them. */
import type { DataSet, Finding, Scan } from "../queries"

export type Filter = { state?: string; kind?: string; text?: string; scan?: string }

/** States as the filter offers them; what nobody has decided yet comes first. */
export const STATES = [
  ["open", "To decide"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["all", "All"],
] as const

/** The findings a filter lets through, highest score first. Without a state: those that wait for a decision. */
export function pick(findings: readonly Finding[], filter: Filter, scans: readonly Scan[] = []): Finding[] {
  const state = filter.state || "open"
  const words = (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean)
  const scanned = filter.scan ? scans.find((scan) => scan.id === filter.scan)?.finding_id : undefined
  return findings
    .filter(
      (finding) =>
        (state === "all" || finding.state === state) &&
        (!filter.kind || finding.kind === filter.kind) &&
        (!filter.scan || finding.id === scanned) &&
        words.every((word) => said(finding).includes(word)),
    )
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
}

function said({ name, kind, location, reasons, data_sets }: Finding): string {
  return [name, kind, location, ...reasons, ...data_sets.map((set) => set.name)].join(" ").toLowerCase()
}

/** The finding after (or before) another; the first when there is none, the same at either end. */
export function next(ids: readonly string[], at: string | undefined, by: 1 | -1): string | undefined {
  const place = at === undefined ? -1 : ids.indexOf(at)
  if (place < 0) return by === 1 ? ids[0] : ids.at(-1)
  return ids[Math.min(Math.max(place + by, 0), ids.length - 1)]
}

/** Rows of all data sets that were counted; null when none was. */
export function rowsIn(sets: readonly DataSet[]): number | null {
  const counted = sets.filter((set) => set.rows >= 0 && !set.error)
  return counted.length === 0 ? null : counted.reduce((sum, set) => sum + set.rows, 0)
}

export type Outcome = { done: Finding[]; failed: { finding: Finding; error: unknown }[] }

/** Decide findings one after the other; one that is refused does not stop the others. */
export async function decideEach(
  findings: readonly Finding[],
  decide: (finding: Finding) => Promise<Finding>,
  progress: (settled: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [] }
  for (const [at, finding] of findings.entries()) {
    try {
      outcome.done.push(await decide(finding))
    } catch (error) {
      outcome.failed.push({ finding, error })
    }
    progress(at + 1)
  }
  return outcome
}
