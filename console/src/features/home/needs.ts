import { formatCount } from "@/lib/format"
import type { Glance } from "./queries"

export type Need = { text: string; where: string; to: string; search?: Record<string, string> }

const STUCK: Record<string, string> = {
  FAILED: "cannot read",
  DRIFTED: "changed its schema",
  HEALING: "is healing",
  AWAITING_CREDENTIALS: "waits for credentials",
  UNSUPPORTED_TYPE: "has no connector",
  SAFE_MODE: "waits in Safe Mode to be promoted",
}
const SEVERE = ["critical", "problem"]
const NAMED = 3

/** What waits for somebody, gravest first; everything here is a row somewhere. */
export function needs({ openFindings, connections, pending, run, findings }: Glance): Need[] {
  const found: Need[] = []
  for (const [state, text] of Object.entries(STUCK)) {
    const those = connections.filter((one) => one.state === state)
    for (const { id, name } of those.slice(0, NAMED))
      found.push({ text: `Connection ${name} ${text}`, where: "Connect", to: `/connect/${id}` })
    if (those.length > NAMED)
      found.push({ text: `${those.length - NAMED} more connections: ${text}`, where: "Connect", to: "/connect" })
  }
  if (run?.state === "failed")
    found.push({ text: "The last run failed", where: "Agents", to: `/agents/runs/${run.id}` })
  if (pending.length)
    found.push({
      text: `${formatCount(pending.length, "mapping proposal")} to decide`,
      where: "Ontology",
      to: "/ontology/proposals",
      search: { state: "pending" },
    })
  if (openFindings.length)
    found.push({
      text: `${formatCount(openFindings.length, "discovered asset")} to triage`,
      where: "Discover",
      to: "/discover",
      search: { state: "open" },
    })
  const grave = findings.filter(({ severity }) => SEVERE.includes(severity))
  if (grave.length)
    found.push({
      text: `${formatCount(grave.length, "problem")} found by the agents`,
      where: "Agents",
      to: "/agents",
      search: { tab: "findings" },
    })
  return found
}

/** The next step of a tenant whose journey has just begun; null when every step was taken. */
export function nextStep({ openFindings, connections, views, run }: Glance): Need | null {
  if (!openFindings.length && !connections.length)
    return { text: "Scan a folder or a database", where: "Discover", to: "/discover" }
  if (!connections.length) return { text: "Approve a finding", where: "Discover", to: "/discover" }
  if (!run || !views.some(({ rows }) => rows > 0))
    return { text: "Start a run: sync, unify, analyse", where: "Agents", to: "/agents" }
  return null
}
