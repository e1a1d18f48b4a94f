import { Link } from "@/components/link"
import { Badge } from "@/components/ui/badge"
import { formatWord } from "@/lib/format"
import type { Finding } from "../queries"
import { figureOf, toneOf } from "../words"
import { Evidence } from "./evidence"

/** Findings with what to do about each; a title opens the finding on the page `to`, the one that shows the list. */
export function FindingList({ findings, to }: { findings: readonly Finding[]; to: string }) {
  return (
    <ul className="grid gap-3 lg:grid-cols-2">
      {findings.map((finding) => (
        <li key={finding.id} className="flex min-w-0 flex-col gap-2 rounded-2xl border bg-surface p-4">
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone={toneOf(finding.severity)}>{formatWord(finding.severity)}</Badge>
            <Badge tone="agent">{finding.agent}</Badge>
            <span className="text-xs text-muted">{formatWord(finding.check)}</span>
          </p>
          {figureOf(finding) && <p className="text-xl font-bold">{figureOf(finding)}</p>}
          <p className="text-sm">
            <Link to={to} search={(now: object) => ({ ...now, finding: finding.id })} resetScroll={false}>
              {finding.title}
            </Link>
          </p>
          {finding.action && <p className="text-sm text-muted">{finding.action}</p>}
          {finding.evidence.length > 0 && (
            <details>
              <summary className="inline-block cursor-pointer rounded py-1 text-sm font-bold text-primary">
                Evidence<span className="sr-only">: {finding.title}</span>
              </summary>
              <Evidence finding={finding} />
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}
