import type { UseQueryResult } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Card } from "@/components/ui/card"
import { formatCount } from "@/lib/format"
import type { Citation, Summary, Tile } from "../answer"
import type { Persona } from "../queries"

type Props = {
  persona: Persona
  summary: UseQueryResult<Summary>
  /** All its figures; else those with data, and how many lack it. */
  whole: boolean
  onChoose: (persona: string) => void
  onOpen: (citation: Citation) => void
}

/** A persona's figures; each opens to its rows, and one without data says what to connect. */
export function PersonaCard({ persona, summary, whole, onChoose, onOpen }: Props) {
  return (
    <Card
      title={persona.title}
      actions={
        !whole && (
          <button
            type="button"
            onClick={() => onChoose(persona.name)}
            className="min-h-6 rounded text-sm font-bold text-primary underline underline-offset-2 hover:no-underline"
          >
            Show all<span className="sr-only"> figures of the {persona.title}</span>
          </button>
        )
      }
    >
      <p className="mb-3 text-sm text-muted">{persona.concerns}</p>
      <Async query={summary} lines={2}>
        {(told) => <Tiles summary={told} whole={whole} onOpen={onOpen} />}
      </Async>
    </Card>
  )
}

function Tiles({ summary, whole, onOpen }: { summary: Summary; whole: boolean; onOpen: Props["onOpen"] }) {
  const filled = summary.tiles.filter((tile) => !tile.missing)
  const lacking = summary.tiles.length - filled.length
  return (
    <>
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(11rem,1fr))]">
        {(whole ? summary.tiles : filled).map((tile) => (
          <li key={tile.name} className="min-w-0 rounded-xl bg-raised p-3">
            <TileBody
              tile={tile}
              cited={summary.citations.find((one) => one.number === tile.citation)}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
      {!whole && lacking > 0 && (
        <p className="mt-2 text-xs text-muted">{formatCount(lacking, "figure")} without data: choose “Show all”.</p>
      )}
      {whole && lacking > 0 && (
        <p className="mt-3 text-sm">
          <Link to="/connect/new">Connect a source</Link> to fill what has no data.
        </p>
      )}
    </>
  )
}

type BodyProps = { tile: Tile; cited: Citation | undefined; onOpen: Props["onOpen"] }

function TileBody({ tile, cited, onOpen }: BodyProps) {
  return (
    <>
      <h3 className="text-xs text-muted">{tile.title}</h3>
      {tile.missing ? (
        <p className="mt-1 text-xs">{tile.missing}</p>
      ) : (
        <p className="text-xl font-bold break-words">
          {cited ? (
            <button
              type="button"
              onClick={() => onOpen(cited)}
              className="rounded text-left text-primary underline decoration-1 underline-offset-4 hover:no-underline"
            >
              {tile.display}
              <span className="sr-only">, {tile.title}: open the rows behind it</span>
            </button>
          ) : (
            tile.display
          )}
        </p>
      )}
      {!tile.missing && (tile.period || tile.change) && (
        <p className="text-xs text-muted">
          {tile.period}
          {tile.change && `${tile.period && ", "}${changeWords(tile.change)} against the period before`}
        </p>
      )}
    </>
  )
}

/** "2.98 %" as "+2.98 %"; what falls has its sign already. */
const changeWords = (change: string) => (/^\d/.test(change) ? `+${change}` : change)
