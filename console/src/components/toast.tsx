import { useSyncExternalStore } from "react"

type Note = { id: number; text: string }

const SHOWN_MS = 6_000
let notes: readonly Note[] = []
let next = 0
const listeners = new Set<() => void>()

function set(changed: readonly Note[]) {
  notes = changed
  for (const listener of listeners) listener()
}

/** Say that something was done: "12 findings registered." */
export function toast(text: string): void {
  const note = { id: next++, text }
  set([...notes.slice(-2), note])
  setTimeout(() => set(notes.filter((one) => one !== note)), SHOWN_MS)
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where such words appear; a screen reader speaks them. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => notes)
  return (
    <div role="status" aria-live="polite" className="fixed right-4 bottom-4 z-60 flex flex-col gap-2">
      {shown.map((note) => (
        <div key={note.id} className="rounded-lg border bg-surface px-4 py-2 text-sm font-bold shadow-lg">
          {note.text}
        </div>
      ))}
    </div>
  )
}
