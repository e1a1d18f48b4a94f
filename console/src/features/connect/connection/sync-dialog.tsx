import { type FormEvent, useState } from "react"
import type { Schemas } from "@/api/client"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { sync } from "../deeds"
import { aamKey, type Connection } from "../queries"

const MODES = [
  ["changes", "What has changed", "Reads on from where the last sync ended. What is unchanged is not published again."],
  ["full", "Full refresh", "Reads everything from the beginning: what is there is replaced, what is gone goes."],
  ["replay", "Replay", "Reads the files that have landed again, under the mapping in force. Leaves the source alone."],
  ["backfill", "Backfill", "Reads a range again. It wins over what is there; nothing is deleted."],
] as const

type Mode = (typeof MODES)[number][0]
type Body = Schemas["aam"]["SyncBody"]

type Props = { connection: Connection; onClose: () => void; onStarted: () => void }

/** Asks what a sync shall read. */
export function SyncDialog({ connection, onClose, onStarted }: Props) {
  const [mode, setMode] = useState<Mode>("changes")
  const [streams, setStreams] = useState<ReadonlySet<string>>(new Set())
  const [from, setFrom] = useState("")
  const [until, setUntil] = useState("")
  const start = useDeed((body: Body) => sync(connection.id, body), {
    done: () => "The sync has begun.",
    refetch: [[...aamKey]],
    onDone: onStarted,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate({
      streams: [...streams],
      full_refresh: mode === "full",
      replay: mode === "replay",
      backfill: mode === "backfill" ? { from: from.trim(), until: until.trim() } : null,
    })
  }
  return (
    <Dialog open onClose={onClose} title={`Sync ${connection.name}`} description="Choose what is read.">
      <form onSubmit={submit} className="flex flex-col gap-4 text-sm">
        <Modes mode={mode} onMode={setMode} />
        {mode === "backfill" && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              label="From"
              hint="A time as 2026-03-01T00:00:00Z, or a number."
              value={from}
              onChange={(event) => setFrom(event.target.value)}
              required
            />
            <Field
              label="Until, not included"
              hint="Of the stream's cursor column."
              value={until}
              onChange={(event) => setUntil(event.target.value)}
              required
            />
          </div>
        )}
        <Streams connection={connection} chosen={streams} onChoose={setStreams} />
        {start.isError && <Trouble error={start.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={start.isPending}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Modes({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-bold">How</legend>
      {MODES.map(([name, title, meaning]) => (
        <label key={name} className="flex items-start gap-2">
          <input
            type="radio"
            name="mode"
            checked={mode === name}
            onChange={() => onMode(name)}
            aria-label={title}
            aria-describedby={`mode-${name}`}
            className="size-6 shrink-0 accent-primary"
          />
          <span>
            <span className="block font-bold">{title}</span>
            <span id={`mode-${name}`} className="text-xs text-muted">
              {meaning}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

type StreamsProps = { connection: Connection; chosen: ReadonlySet<string>; onChoose: (chosen: Set<string>) => void }

function Streams({ connection, chosen, onChoose }: StreamsProps) {
  return (
    <fieldset className="flex max-h-48 flex-col gap-1 overflow-y-auto">
      <legend className="mb-1 font-bold">Streams: none chosen means all</legend>
      {connection.streams.map(({ name }) => (
        <label key={name} className="flex min-h-7 items-center gap-2">
          <input
            type="checkbox"
            checked={chosen.has(name)}
            onChange={(event) =>
              onChoose(new Set(event.target.checked ? [...chosen, name] : [...chosen].filter((one) => one !== name)))
            }
            className="size-6 shrink-0 accent-primary"
          />
          <span className="break-all">{name}</span>
        </label>
      ))}
    </fieldset>
  )
}
