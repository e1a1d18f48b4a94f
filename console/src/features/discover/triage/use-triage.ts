import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useCallback, useRef, useState } from "react"
import { withSearch } from "@/lib/search"
import { type Decision, useDecisions } from "../decisions/use-decisions"
import { type Finding, scansQuery } from "../queries"
import { type Filter, next, pick } from "./inbox"
import { type Deed, useKeys } from "./keys"

const route = getRouteApi("/app/discover")

/** What the inbox shows, what is selected and open, and what the keys and buttons do with it. */
export function useTriage(findings: readonly Finding[]) {
  const { finding: openId, show: _, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const scans = useQuery(scansQuery).data ?? []
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [rejecting, setRejecting] = useState<readonly Finding[]>([])
  const [help, setHelp] = useState(false)
  const decisions = useDecisions()
  const list = useRef<HTMLUListElement>(null)
  const shown = pick(findings, filter, scans)
  const chosen = shown.filter((finding) => selected.has(finding.id))
  const set = useCallback(
    (more: Filter & { finding?: string }) =>
      void navigate({ search: (before) => withSearch(before, more), replace: true, resetScroll: false }),
    [navigate],
  )
  const open = useCallback((id: string) => set({ finding: id }), [set])
  const select = useCallback(
    (id: string, on: boolean) =>
      setSelected((before) => new Set(on ? [...before, id] : [...before].filter((one) => one !== id))),
    [],
  )
  const focus = (id: string) => opener(list.current, id)?.focus()

  /** Decide, and put the keyboard on the finding that then stands where the first one stood. */
  const settle = async (meant: readonly Finding[], decision: Decision) => {
    const rest = shown.filter((finding) => !meant.includes(finding))
    const place = shown.findIndex((finding) => meant.includes(finding))
    const follower = rest[Math.min(place, rest.length - 1)]
    await decisions.decide(meant, decision)
    setSelected(new Set())
    if (follower && !openId) focus(follower.id)
  }
  const move = (by: 1 | -1, at: string | undefined) => {
    const ids = shown.map((finding) => finding.id)
    const to = next(ids, at, by)
    if (to && openId) set({ finding: to })
    else if (to) focus(to)
  }
  const act = (deed: Deed) => {
    const at = openId || focused(list.current)
    const meant = chosen.length > 0 && !openId ? chosen : findings.filter((finding) => finding.id === at)
    if (deed === "help") setHelp(true)
    if (deed === "next") move(1, at)
    if (deed === "previous") move(-1, at)
    if (deed === "select" && at) select(at, !selected.has(at))
    if (deed === "approve") void settle(meant, { kind: "approve" })
    if (deed === "reject") setRejecting(meant.filter((finding) => finding.state === "open"))
  }
  useKeys(act, rejecting.length > 0 || help)
  const state = { openId, filter, scans, selected, rejecting, help, decisions, list, shown, chosen }
  return { ...state, set, open, select, setSelected, setRejecting, setHelp, settle, act }
}

/** The finding that has the keyboard. */
function focused(list: HTMLElement | null): string | undefined {
  const row = document.activeElement?.closest<HTMLElement>("[data-finding]")
  return row && list?.contains(row) ? row.dataset.finding : undefined
}

/** The button that opens a finding. */
export function opener(list: HTMLElement | null, id: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-finding="${CSS.escape(id)}"] button`) ?? null
}
