import { useCallback, useEffect, useReducer, useRef } from "react"
import { asked, type Happening } from "@/api/events"
import { Problem } from "@/api/problem"
import { type Change, turnsAfter } from "./turns"

const ASK = "/api/v1/nlp/query/stream"

/** The questions of this page and their answers; one is answered at a time. */
export function useChat() {
  const [turns, dispatch] = useReducer(turnsAfter, [])
  const under = useRef<AbortController | null>(null)
  const next = useRef(1)
  const stop = useCallback(() => under.current?.abort(), [])
  useEffect(() => stop, [stop])
  const ask = useCallback((question: string, persona: string) => {
    under.current?.abort()
    const begun = new AbortController()
    under.current = begun
    const id = next.current++
    dispatch({ kind: "ask", id, question, persona })
    void answer(id, { question, persona }, dispatch, begun.signal)
  }, [])
  return { turns, ask, stop, busy: turns.at(-1)?.state === "asking" }
}

type Question = { question: string; persona: string }

async function answer(id: number, body: Question, dispatch: (change: Change) => void, signal: AbortSignal) {
  const told = ({ event, data }: Happening) => {
    const content = JSON.parse(data) as Record<string, unknown>
    if (event === "error") dispatch({ kind: "failed", id, error: problem(content) })
    else dispatch({ kind: "step", id, step: event, content })
  }
  try {
    await asked(ASK, body, told, signal)
    dispatch({ kind: "ended", id, stopped: false })
  } catch (error) {
    if (signal.aborted) dispatch({ kind: "ended", id, stopped: true })
    else dispatch({ kind: "failed", id, error })
  }
}

/** What went wrong after the answer had begun. */
function problem(content: Record<string, unknown>): Problem {
  const reason = String(content.reason ?? "UNEXPECTED")
  const detail = String(content.detail ?? "") || "The answer broke off. Ask again."
  return new Problem(0, reason, detail, String(content.hint ?? ""))
}
