import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import type { Answer, Citation } from "../answer"
import { AnswerText } from "./answer/answer-text"
import { Evidence } from "./answer/evidence"
import { Feedback } from "./answer/feedback"
import { Refused } from "./answer/refused"
import { Sources } from "./answer/sources"
import type { Turn as TurnOf } from "./turns"

type Props = {
  turn: TurnOf
  /** A persona's title by its name. */
  titles: ReadonlyMap<string, string>
  onAsk: (question: string) => void
  onOpen: (citation: Citation) => void
}

/** A question and its answer, as far as it has come. */
export function Turn({ turn, titles, onAsk, onOpen }: Props) {
  const { answer, evidence } = turn
  return (
    <li className="flex flex-col gap-3">
      <h2 className="max-w-prose self-end rounded-2xl bg-info-soft px-4 py-2 break-words text-info">
        <span className="sr-only">You asked: </span>
        {turn.question}
      </h2>
      <div className="flex min-w-0 flex-col gap-4 rounded-2xl border bg-surface p-4 sm:p-5">
        {/* Heard once it is whole, not piece by piece. */}
        <div aria-live="polite" aria-busy={turn.state === "asking"} className="flex flex-col gap-3">
          <How turn={turn} titles={titles} />
          {answer?.refusal && <Refused refusal={answer.refusal} onAsk={onAsk} />}
          {turn.text && <AnswerText text={turn.text} citations={answer?.citations ?? []} onOpen={onOpen} />}
        </div>
        {answer?.freshness && <p className="text-sm text-muted">{answer.freshness}</p>}
        {evidence && <Evidence evidence={evidence} citations={answer?.citations ?? []} onOpen={onOpen} />}
        {turn.state === "failed" && (
          <>
            <Trouble error={turn.error} />
            <Button className="self-start" onClick={() => onAsk(turn.question)}>
              Ask again
            </Button>
          </>
        )}
        {turn.state === "stopped" && <p className="text-sm text-muted">You stopped this answer.</p>}
        {answer && <Foot answer={answer} onOpen={onOpen} />}
      </div>
    </li>
  )
}

/** How the question was read, and for whom it is answered. */
function How({ turn, titles }: Pick<Props, "turn" | "titles">) {
  const reading = turn.evidence?.reading
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
      {turn.state === "asking" && !turn.text && <span className="animate-pulse">Reading your question…</span>}
      {turn.understood && (
        <Badge tone="agent">For the {(titles.get(turn.understood) ?? turn.understood).toLowerCase()}</Badge>
      )}
      {reading && <span>Read as: {reading}</span>}
    </p>
  )
}

function Foot({ answer, onOpen }: { answer: Answer; onOpen: Props["onOpen"] }) {
  return (
    <>
      {answer.citations.length > 0 && <Sources citations={answer.citations} onOpen={onOpen} />}
      <div className="flex flex-wrap items-start justify-between gap-3 border-t pt-3 text-xs text-muted">
        <span>
          {answer.engine === "offline"
            ? "Told from your data alone; no model took part."
            : `Told by ${answer.engine}; every number was checked against your data.`}
        </span>
        <Feedback answerId={answer.id} />
      </div>
    </>
  )
}
