/** What has been asked on this page, and how far each answer has come. */
import { type Answer, type Evidence, readAnswer, readEvidence } from "../answer"

export type Turn = {
  id: number
  question: string
  /** Whom the asker chose; empty lets the question decide. */
  persona: string
  state: "asking" | "answered" | "failed" | "stopped"
  /** In whose language it is answered, once that is known. */
  understood: string
  evidence: Evidence | null
  text: string
  answer: Answer | null
  error: unknown
}

export type Change =
  | { kind: "ask"; id: number; question: string; persona: string }
  | { kind: "step"; id: number; step: string; content: Record<string, unknown> }
  | { kind: "failed"; id: number; error: unknown }
  | { kind: "ended"; id: number; stopped: boolean }

/** More would only be scrolled past; the oldest go. */
const MOST = 50

export function turnsAfter(turns: readonly Turn[], change: Change): readonly Turn[] {
  if (change.kind === "ask") {
    const { id, question, persona } = change
    const asked: Turn = {
      ...{ id, question, persona, state: "asking", understood: "", text: "" },
      ...{ evidence: null, answer: null, error: null },
    }
    return [...turns.slice(1 - MOST), asked]
  }
  return turns.map((turn) => (turn.id === change.id ? turnAfter(turn, change) : turn))
}

function turnAfter(turn: Turn, change: Exclude<Change, { kind: "ask" }>): Turn {
  if (change.kind === "failed") return { ...turn, state: "failed", error: change.error }
  if (change.kind === "ended") return turn.state === "asking" ? ended(turn, change.stopped) : turn
  const { step, content } = change
  if (step === "understood") return { ...turn, understood: String(content.persona ?? "") }
  if (step === "evidence") return { ...turn, evidence: readEvidence(content) }
  if (step === "text") return { ...turn, text: turn.text + String(content.text ?? "") }
  if (step !== "answer") return turn
  const answer = readAnswer(content)
  return { ...turn, state: "answered", answer, understood: answer.persona, evidence: answer, text: answer.text }
}

/** A stream that ends before its answer was cut, unless somebody stopped it. */
function ended(turn: Turn, stopped: boolean): Turn {
  return stopped
    ? { ...turn, state: "stopped" }
    : { ...turn, state: "failed", error: new Error("The answer ended before it was whole. Ask again.") }
}
