import type { ReactNode } from "react"

/** A figure with its name; `note` says what stands behind it. Figures come from rows: none is "no data". */
export function Stat({ name, value, note }: { name: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="min-w-0 rounded-xl bg-raised p-3">
      <dt className="text-xs font-bold text-muted">{name}</dt>
      <dd className="truncate text-xl font-bold">{value ?? <span className="text-base text-muted">no data</span>}</dd>
      {note && <dd className="text-xs text-muted">{note}</dd>}
    </div>
  )
}

/** Figures side by side. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">{children}</dl>
}
