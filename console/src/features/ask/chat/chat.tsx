import { getRouteApi } from "@tanstack/react-router"
import { type ReactNode, useEffect, useRef, useState } from "react"
import { withSearch } from "@/lib/search"
import type { Citation } from "../answer"
import { CitationDrawer } from "../citation/citation-drawer"
import { AskBox } from "./ask-box"
import { Turn } from "./turn"
import { useChat } from "./use-chat"

const route = getRouteApi("/app/ask")

type Props = {
  suggestions: readonly string[]
  titles: ReadonlyMap<string, string>
  /** What stands above the questions; the box for the next one stays in sight below all of it. */
  children: ReactNode
}

/** Questions and answers; the last question and what is open of its answer are in the address. */
export function Chat({ suggestions, titles, children }: Props) {
  const { question = "", persona = "", cite = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const { turns, ask, stop, busy } = useChat()
  const [older, setOlder] = useState<Citation | null>(null)
  const last = turns.at(-1)
  const begin = (asked: string) => {
    ask(asked, persona)
    void navigate({
      search: (now) => withSearch(now, { question: asked, cite: "" }),
      replace: true,
      resetScroll: false,
    })
  }
  useQuestionOfAddress(question, () => ask(question, persona))
  const open = (number: string) =>
    void navigate({ search: (now) => withSearch(now, { cite: number }), replace: true, resetScroll: false })
  const cited = older ?? last?.answer?.citations.find((one) => String(one.number) === cite)
  const close = () => {
    setOlder(null)
    open("")
  }
  const offered = suggestions.length > 0 && <Suggestions suggestions={suggestions} busy={busy} onAsk={begin} />
  return (
    <section aria-label="Questions and answers" className="flex flex-col gap-5">
      {turns.length === 0 && offered}
      {turns.length === 0 ? children : <Aside>{children}</Aside>}
      <ol className="flex flex-col gap-6">
        {turns.map((turn) => (
          <Turn
            key={turn.id}
            turn={turn}
            titles={titles}
            onAsk={begin}
            onOpen={(citation) => (turn === last ? open(String(citation.number)) : setOlder(citation))}
          />
        ))}
      </ol>
      <Newest of={turns.length} />
      {turns.length > 0 && offered}
      <AskBox busy={busy} onAsk={begin} onStop={stop} />
      {cited && <CitationDrawer citation={cited} onClose={close} />}
    </section>
  )
}

/** What stood on the page before there were answers; a press away once there are. */
function Aside({ children }: { children: ReactNode }) {
  return (
    <details>
      <summary className="inline-block cursor-pointer rounded py-1 text-sm font-bold text-primary">
        Figures at a glance
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  )
}

/** A link with a question asks it, once. */
function useQuestionOfAddress(question: string, ask: () => void) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked later goes into the address by itself
  useEffect(() => {
    // In the next turn of the loop: an effect that React tries out and takes back shall ask nothing.
    const timer = question ? setTimeout(ask, 0) : undefined
    return () => clearTimeout(timer)
  }, [])
}

/** Brings what was asked last into sight. */
function Newest({ of }: { of: number }) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (of > 0) end.current?.previousElementSibling?.lastElementChild?.scrollIntoView({ block: "start" })
  }, [of])
  return <div ref={end} />
}

type SuggestionProps = { suggestions: readonly string[]; busy: boolean; onAsk: (question: string) => void }

function Suggestions({ suggestions, busy, onAsk }: SuggestionProps) {
  return (
    <div>
      <h2 className="text-sm">Your data can answer</h2>
      <ul className="mt-2 flex flex-wrap gap-2">
        {suggestions.map((one) => (
          <li key={one}>
            <button
              type="button"
              disabled={busy}
              onClick={() => onAsk(one)}
              className="min-h-9 rounded-full border bg-surface px-3.5 py-1 text-left text-sm hover:bg-raised disabled:opacity-60"
            >
              {one}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
