import { memo } from "react"
import { Badge } from "@/components/ui/badge"
import { cn } from "@/lib/cn"
import { formatCount, formatDuration, formatWord } from "@/lib/format"
import type { FlowEvent } from "./feed"
import { rowsOf, stageWords, statusTone, subject } from "./words"

type Props = {
  name: string
  about: string
  events: readonly FlowEvent[]
  onOpen: (event: FlowEvent) => void
  /** Events of this trace stand out. */
  trace: string
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" })

/** One layer's events, newest first. */
export function Lane({ name, about, events, onOpen, trace }: Props) {
  const failed = events.filter((event) => event.status === "failure").length
  return (
    <section aria-label={name} className="flex min-w-0 flex-col rounded-2xl border bg-surface">
      <header className="border-b p-3">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <h2 className="text-base">{name}</h2>
          <span className="flex gap-1">
            <Badge>{formatCount(events.length, "event")}</Badge>
            {failed > 0 && <Badge tone="bad">{`${failed} failed`}</Badge>}
          </span>
        </div>
        <p className="text-xs text-muted">{about}</p>
      </header>
      {events.length === 0 ? (
        <p className="p-4 text-sm text-muted">Nothing to show here.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        <ol tabIndex={0} aria-label={`Events of ${name}`} className="max-h-96 overflow-y-auto p-2 lg:max-h-[65vh]">
          {events.map((event) => (
            <li key={event.event_id}>
              <Happened event={event} onOpen={onOpen} marked={trace !== "" && event.trace_id === trace} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

type HappenedProps = { event: FlowEvent; onOpen: Props["onOpen"]; marked: boolean }

/** Drawn once: an event does not change, and hundreds of them stand beside each new one. */
const Happened = memo(function Happened({ event, onOpen, marked }: HappenedProps) {
  const figures = [rowsOf(event), event.duration_ms === null ? "" : formatDuration(event.duration_ms)].filter(Boolean)
  return (
    <button
      type="button"
      onClick={() => onOpen(event)}
      className={cn(
        "flex w-full flex-col gap-0.5 rounded-lg border-l-4 border-transparent px-2 py-1.5 text-left text-sm hover:bg-raised",
        marked && "border-primary bg-raised",
      )}
    >
      <span className="flex w-full items-center justify-between gap-2">
        <span className="min-w-0 truncate font-bold">{stageWords(event.stage)}</span>
        <Badge tone={statusTone(event.status)}>{formatWord(event.status)}</Badge>
      </span>
      <span className="truncate">{subject(event)}</span>
      <span className="flex justify-between gap-2 text-xs text-muted">
        <span>{figures.join(" · ")}</span>
        <time dateTime={event.time}>{clock.format(new Date(event.time))}</time>
      </span>
    </button>
  )
})
