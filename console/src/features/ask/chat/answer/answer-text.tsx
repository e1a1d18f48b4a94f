import type { Citation } from "../../answer"
import { piecesOf } from "./marks"

type Props = { text: string; citations: readonly Citation[]; onOpen: (citation: Citation) => void }

/** An answer's text; its marks open what they cite once that is known. */
export function AnswerText({ text, citations, onOpen }: Props) {
  return (
    <p className="max-w-prose break-words">
      {piecesOf(text).map((piece) =>
        piece.citation ? (
          <Mark key={piece.at} number={piece.citation} citations={citations} onOpen={onOpen} />
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </p>
  )
}

type MarkProps = { number: number; citations: readonly Citation[]; onOpen: Props["onOpen"] }

/** A citation's number: a button when there is something to open. */
export function Mark({ number, citations, onOpen }: MarkProps) {
  const cited = citations.find((one) => one.number === number)
  if (!cited) return <span className="text-muted">[{number}]</span>
  return (
    <button
      type="button"
      onClick={() => onOpen(cited)}
      aria-label={`Citation ${number}: ${cited.title}`}
      title={cited.title}
      className="inline-block min-h-6 rounded px-0.5 text-sm font-bold text-primary hover:bg-raised"
    >
      [{number}]
    </button>
  )
}
