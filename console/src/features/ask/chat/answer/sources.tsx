import { useState } from "react"
import { Button } from "@/components/ui/button"
import { formatCount } from "@/lib/format"
import type { Citation } from "../../answer"

const FIRST = 6

/** What an answer rests on, as a list; each opens. */
export function Sources({ citations, onOpen }: { citations: Citation[]; onOpen: (citation: Citation) => void }) {
  const [whole, setWhole] = useState(false)
  const shown = whole ? citations : citations.slice(0, FIRST)
  return (
    <section aria-label="What the answer rests on">
      <ul className="flex flex-wrap gap-2">
        {shown.map((one) => (
          <li key={one.number} className="min-w-0 max-w-full">
            <button
              type="button"
              onClick={() => onOpen(one)}
              className="min-h-8 max-w-full rounded-lg border px-2.5 py-1 text-left text-xs break-words hover:bg-raised"
            >
              <span className="font-bold text-primary">[{one.number}]</span> {one.title}
              {one.kind === "rows" && <span className="text-muted">, {formatCount(one.rows, "row")}</span>}
            </button>
          </li>
        ))}
        {citations.length > shown.length && (
          <li>
            <Button kind="quiet" className="min-h-8 text-xs" onClick={() => setWhole(true)}>
              {citations.length - shown.length} more
            </Button>
          </li>
        )}
      </ul>
    </section>
  )
}
