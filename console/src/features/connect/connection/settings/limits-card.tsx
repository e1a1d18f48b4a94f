import { useState } from "react"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { setLimits } from "../../deeds"
import { aamKey, type Steering } from "../../queries"
import { Saved } from "./saved"

/** How much of the source a run may take. */
export function LimitsCard({ id, steering }: { id: string; steering: Steering }) {
  const [streams, setStreams] = useState(String(steering.streams_at_once))
  const [rows, setRows] = useState(String(steering.rows_per_second))
  const save = useDeed(() => setLimits(id, { streams_at_once: Number(streams), rows_per_second: Number(rows) }), {
    done: () => "The limits hold from the next run on.",
    refetch: [[...aamKey]],
  })
  return (
    <Card title="Limits">
      <Saved busy={save.isPending} error={save.error} onSave={() => save.mutate()}>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="Streams at once"
            hint="0: as many as a worker reads."
            type="number"
            min={0}
            max={8}
            value={streams}
            onChange={(event) => setStreams(event.target.value)}
            required
          />
          <Field
            label="Rows a second"
            hint="Of all streams together. 0: no limit."
            type="number"
            min={0}
            value={rows}
            onChange={(event) => setRows(event.target.value)}
            required
          />
        </div>
      </Saved>
    </Card>
  )
}
