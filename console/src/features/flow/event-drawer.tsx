import { Code } from "@/components/code"
import { Link } from "@/components/link"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { formatDuration, formatTime, formatWord } from "@/lib/format"
import { type FlowEvent, trace } from "./feed"
import { connectionOf, stageWords, statusTone, subject } from "./words"

type Props = {
  event: FlowEvent
  events: readonly FlowEvent[]
  onClose: () => void
  onOpen: (event: FlowEvent) => void
  onTrace: (id: string) => void
}

/** Everything that one event says, and what else belongs to its trace. */
export function EventDrawer({ event, events, onClose, onOpen, onTrace }: Props) {
  const connection = connectionOf(event)
  return (
    <Dialog open onClose={onClose} shape="drawer" title={stageWords(event.stage)} description={subject(event)}>
      <Fields event={event} />
      {connection && (
        <Link to="/connect/$connectionId" params={{ connectionId: connection }}>
          Open the connection
        </Link>
      )}
      {event.layer === "agent" && event.entity_id.startsWith("run:") && (
        <Link to="/agents/runs/$runId" params={{ runId: event.entity_id.slice("run:".length) }}>
          Open the run
        </Link>
      )}
      {event.trace_id ? (
        <Journey event={event} events={events} onOpen={onOpen} onTrace={onTrace} />
      ) : (
        <p className="text-sm text-muted">This work was not traced.</p>
      )}
    </Dialog>
  )
}

function Fields({ event }: { event: FlowEvent }) {
  const fields: [string, string][] = [
    ["Time", formatTime(new Date(event.time))],
    ["Layer", event.layer],
    ["Stage", event.stage],
    ["About", event.entity_id],
    ...(event.duration_ms === null ? [] : [["Took", formatDuration(event.duration_ms)] as [string, string]]),
    ...Object.entries(event.metadata).map(([name, value]) => [formatWord(name), value] as [string, string]),
    ["Event", event.event_id],
  ]
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      <dt className="font-bold text-muted">Status</dt>
      <dd>
        <Badge tone={statusTone(event.status)}>{formatWord(event.status)}</Badge>
      </dd>
      {fields.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="font-bold text-muted">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Journey({ event, events, onOpen, onTrace }: Omit<Props, "onClose">) {
  const spans = trace(events, event.trace_id)
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-bold">The trace, step by step</h3>
        <Button onClick={() => onTrace(event.trace_id)}>Show only this trace</Button>
      </div>
      <ol className="flex flex-col text-sm">
        {spans.map((span) => (
          <li key={span.event.event_id} className="border-b">
            <button
              type="button"
              onClick={() => onOpen(span.event)}
              aria-current={span.event.event_id === event.event_id || undefined}
              className="grid w-full grid-cols-[4.5rem_minmax(0,1fr)_auto] gap-2 rounded px-1 py-1.5 text-left hover:bg-raised aria-[current=true]:bg-raised"
            >
              <span className="text-xs text-muted tabular-nums">{`+${formatDuration(span.startMs)}`}</span>
              <span className="min-w-0">
                <span className="block truncate font-bold">{stageWords(span.event.stage)}</span>
                <span className="block truncate text-xs text-muted">{subject(span.event)}</span>
              </span>
              <span className="text-right text-xs">
                {span.slowest && <Badge tone="warn">Slowest</Badge>}{" "}
                {span.event.duration_ms !== null && formatDuration(span.event.duration_ms)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p className="text-sm text-muted">Every call that this trace made, as a tree:</p>
      <Code>{`aos traces ${event.trace_id}`}</Code>
    </section>
  )
}
