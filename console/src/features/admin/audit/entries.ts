/** The audit log's entries: those of pages, and those that came since. */
import type { AuditFilter, Entry } from "../queries"

/** More than anybody watches; the pages have the rest. */
const MOST = 200

/** Newest first: what came live and meets the filter, then the pages; each entry once. */
export function withTail(pages: readonly Entry[], tail: readonly Entry[], filter: AuditFilter): Entry[] {
  const newest = pages[0]?.seq ?? 0
  return [...tail.filter((one) => one.seq > newest && meets(one, filter)), ...pages]
}

/** An entry that came; one that came before (after a lost connection) is not counted again. */
export function tailAfter(tail: readonly Entry[], entry: Entry): Entry[] {
  if (tail.some((one) => one.seq === entry.seq)) return [...tail]
  return [entry, ...tail].slice(0, MOST)
}

function meets(entry: Entry, { actor, action, outcome }: AuditFilter): boolean {
  const same = (!actor || entry.actor === actor) && (!outcome || entry.outcome === outcome)
  return same && entry.action.toLowerCase().includes(action.toLowerCase())
}

/** What following the chain found, in words. */
export function verifiedWords(found: { whole: boolean; entries: number; broken_at: number | null; problem: string }) {
  if (found.whole) return `The log is whole: ${found.entries} entries, each following from the one before.`
  return `The log is broken at entry ${found.broken_at ?? "?"}: ${found.problem}. The ${found.entries} before it are whole.`
}
