import { useState } from "react"
import { Time } from "@/components/time"
import { Card } from "@/components/ui/card"
import { Field, SelectField } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { setSchedule } from "../../deeds"
import { aamKey, type Steering } from "../../queries"
import { scheduleWords } from "../../words"
import { Saved } from "./saved"

const KINDS = [
  ["none", "By hand only"],
  ["interval", "At an interval"],
  ["cron", "At times, as cron has them"],
] as const

/** When syncs begin by themselves. */
export function ScheduleCard({ id, steering }: { id: string; steering: Steering }) {
  const [kind, setKind] = useState<string>(steering.cron ? "cron" : steering.every_minutes ? "interval" : "none")
  const [minutes, setMinutes] = useState(String(steering.every_minutes || 60))
  const [cron, setCron] = useState(steering.cron || "0 3 * * *")
  const [timezone, setTimezone] = useState(
    steering.cron ? steering.timezone : Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  const save = useDeed(
    () =>
      setSchedule(id, {
        every_minutes: kind === "interval" ? Number(minutes) : 0,
        cron: kind === "cron" ? cron.trim() : "",
        timezone: kind === "cron" ? timezone.trim() : "UTC",
      }),
    { done: (now) => `Schedule: ${scheduleWords(now).toLowerCase()}.`, refetch: [[...aamKey]] },
  )
  return (
    <Card title="Schedule">
      <Now steering={steering} />
      <Saved busy={save.isPending} error={save.error} onSave={() => save.mutate()}>
        <SelectField label="Sync" value={kind} onChange={(event) => setKind(event.target.value)} options={KINDS} />
        {kind === "interval" && (
          <Field
            label="Every (minutes)"
            type="number"
            min={1}
            value={minutes}
            onChange={(event) => setMinutes(event.target.value)}
            required
          />
        )}
        {kind === "cron" && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              label="Cron text"
              hint="Minute, hour, day, month, day of the week."
              value={cron}
              onChange={(event) => setCron(event.target.value)}
              required
            />
            <Field
              label="Time zone"
              hint="By its IANA name, as Europe/Berlin."
              value={timezone}
              onChange={(event) => setTimezone(event.target.value)}
              required
            />
          </div>
        )}
      </Saved>
    </Card>
  )
}

/** The schedule in force. */
function Now({ steering }: { steering: Steering }) {
  return (
    <p className="mb-3 text-sm">
      <b>{scheduleWords(steering)}</b>
      {steering.next_time && (
        <>
          {", next "}
          <Time at={steering.next_time} />
        </>
      )}
      {steering.last_note && (
        <span className="block text-muted">
          Last due <Time at={steering.last_time} />: {steering.last_note}
        </span>
      )}
    </p>
  )
}
