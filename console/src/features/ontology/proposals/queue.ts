/** The approval queue's moves, apart from the screen. */

type Item = { id: string }

/** Which states to ask for: what waits if anything does, else everything; a choice in the address wins. */
export function stateShown(chosen: string, waiting: number): string {
  if (chosen === "all") return ""
  return chosen || (waiting > 0 ? "pending" : "")
}

/** The item that a key leads to: j or ArrowDown the next, k or ArrowUp the one before; null for other keys. */
export function moved<T extends Item>(items: readonly T[], current: string, key: string): T | null {
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key]
  if (by === undefined || items.length === 0) return null
  const at = items.findIndex((item) => item.id === current)
  return items[Math.min(items.length - 1, Math.max(0, at + by))] ?? null
}

/** Where to go once an item was decided: the next one that waits, else the one before. */
export function following<T extends Item & { state: string }>(items: readonly T[], decided: string): T | null {
  const at = items.findIndex((item) => item.id === decided)
  const waits = (item: T) => item.state === "pending" && item.id !== decided
  return items.slice(at + 1).find(waits) ?? items.slice(0, Math.max(0, at)).findLast(waits) ?? null
}

const WRITING = "input:not([type=checkbox]), textarea, select, [role=dialog], [contenteditable]"

/** Whether a key was meant for the queue: not for a field that one writes into, a dialog or the browser. */
export function forQueue(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  const at = event.target instanceof Element ? event.target : null
  return at?.closest(WRITING) === null
}
