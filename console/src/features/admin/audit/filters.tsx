import { getRouteApi } from "@tanstack/react-router"
import { type FormEvent, useState } from "react"
import { Button } from "@/components/ui/button"
import { Field, SelectField } from "@/components/ui/field"
import { withSearch } from "@/lib/search"
import { usePeople } from "../people"
import type { AuditFilter } from "../queries"

const route = getRouteApi("/app/admin")
const OUTCOMES = [
  ["", "Changed or denied"],
  ["changed", "Changed"],
  ["denied", "Denied"],
] as const

/** Which entries are shown; the address says it. */
export function AuditFilters({ filter }: { filter: AuditFilter }) {
  const navigate = route.useNavigate()
  const people = usePeople()
  const [typed, setTyped] = useState(filter.action)
  const set = (part: Partial<AuditFilter>) =>
    void navigate({ search: (now) => withSearch(now, part), replace: true, resetScroll: false })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set({ action: typed.trim() })
  }
  const unknown = filter.actor && !people.some(([id]) => id === filter.actor)
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <SelectField
        label="Who"
        value={filter.actor}
        onChange={(event) => set({ actor: event.target.value })}
        options={[["", "Everybody"], ...(unknown ? [[filter.actor, filter.actor] as const] : []), ...people]}
        className="w-full sm:w-56"
      />
      <SelectField
        label="Outcome"
        value={filter.outcome}
        onChange={(event) => set({ outcome: event.target.value })}
        options={OUTCOMES}
        className="w-full sm:w-48"
      />
      <Field
        label="Action contains"
        type="search"
        value={typed}
        placeholder="login, connections, feature-flags"
        onChange={(event) => setTyped(event.target.value)}
        className="w-full sm:w-64"
      />
      <Button type="submit">Find</Button>
      {(filter.actor || filter.action || filter.outcome) && (
        <Button
          kind="quiet"
          onClick={() => {
            setTyped("")
            set({ actor: "", action: "", outcome: "" })
          }}
        >
          Clear
        </Button>
      )}
    </form>
  )
}
