import { useState } from "react"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { setFreshness } from "../../deeds"
import { aamKey } from "../../queries"
import { Saved } from "./saved"

/** How old the last success may be before there is a warning. */
export function FreshnessCard({ id, within }: { id: string; within: number | null }) {
  const [minutes, setMinutes] = useState(within === null ? "" : String(within))
  const save = useDeed(() => setFreshness(id, minutes === "" ? null : Number(minutes)), {
    done: () => "Freshness is judged by this from now on.",
    refetch: [[...aamKey]],
  })
  return (
    <Card title="Freshness">
      <Saved busy={save.isPending} error={save.error} onSave={() => save.mutate()}>
        <Field
          label="A stream is late after (minutes)"
          hint="Empty: twice the schedule's interval, or never without one."
          type="number"
          min={1}
          value={minutes}
          onChange={(event) => setMinutes(event.target.value)}
        />
      </Saved>
    </Card>
  )
}
