import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import type { ViewOut } from "../queries"

/** Says that the view has other rows than those shown, which stay in place until somebody wants the new ones. */
export function Changed({ view }: { view: ViewOut }) {
  const client = useQueryClient()
  const state = `${view.rows} of ${view.records}`
  const [seen, setSeen] = useState(state)
  const show = () => {
    setSeen(state)
    for (const what of ["rows", "groups"]) void client.invalidateQueries({ queryKey: ["dcl", what, view.name] })
  }
  return (
    <div role="status">
      {seen !== state && (
        <p className="mb-3 flex flex-wrap items-center gap-3 rounded-xl bg-info-soft p-3 text-sm text-info">
          New data has come into this view.
          <Button onClick={show}>Show it</Button>
        </p>
      )}
    </div>
  )
}
