import { useEffect, useRef } from "react"

/** What the keys of the inbox do, for the help and for the hand. */
export const KEYS = [
  ["j or ↓", "Next finding"],
  ["k or ↑", "Previous finding"],
  ["Enter", "Open"],
  ["x", "Select"],
  ["a", "Approve"],
  ["r", "Reject"],
  ["Escape", "Close"],
  ["?", "Show these keys"],
] as const

export type Deed = "next" | "previous" | "select" | "approve" | "reject" | "help"

const DEEDS: Record<string, Deed> = {
  j: "next",
  k: "previous",
  ArrowDown: "next",
  ArrowUp: "previous",
  x: "select",
  a: "approve",
  r: "reject",
  "?": "help",
}

/** What a key asks for; null where it belongs to a field, to the browser, or to another part of the page. */
export function deedOf(event: KeyboardEvent): Deed | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return null
  const deed = DEEDS[event.key] ?? null
  // Arrows scroll the page and its tables unless the keyboard is in the inbox.
  if (event.key.startsWith("Arrow") && !target?.closest("[data-inbox]")) return null
  return deed
}

/** Listen for the keys of the inbox while the page is open; not while `off`, when a dialog has the keyboard. */
export function useKeys(act: (deed: Deed) => void, off: boolean) {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (off) return undefined
    const listen = (event: KeyboardEvent) => {
      const deed = deedOf(event)
      if (!deed) return
      event.preventDefault()
      latest.current(deed)
    }
    document.addEventListener("keydown", listen)
    return () => document.removeEventListener("keydown", listen)
  }, [off])
}
