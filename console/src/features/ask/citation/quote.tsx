import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import type { Citation } from "../answer"
import { textQuery } from "../queries"
import { AROUND, inPlace } from "./span"

/** A quote in its place: the words before and after it, and the document. */
export function Quote({ citation }: { citation: Citation }) {
  const { targetId, start, end, title, headings } = citation
  const from = Math.max(0, start - AROUND)
  const query = useQuery(textQuery(targetId, from, end + AROUND))
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="text-muted">{[...new Set([title, ...headings])].join(" › ")}</p>
      <Async query={query} lines={6}>
        {(text) => {
          const { before, quote, after } = inPlace(text, start - from, end - from)
          return (
            <blockquote className="border-l-4 border-line pl-3 break-words whitespace-pre-wrap">
              <span className="text-muted">{before}</span>
              <mark className="rounded bg-warn-soft px-0.5 font-bold text-warn">{quote}</mark>
              <span className="text-muted">{after}</span>
            </blockquote>
          )
        }}
      </Async>
      <p className="text-xs text-muted">
        Personal data is taken out before a document is stored; where some was, its kind stands, such as &lt;PERSON&gt;.
      </p>
      <p>
        <Link to="/ask" search={{ tab: "knowledge", document: targetId }}>
          Open the document
        </Link>
      </p>
    </div>
  )
}
