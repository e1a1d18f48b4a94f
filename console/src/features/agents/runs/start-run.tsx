import { useQuery } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { Play } from "lucide-react"
import { useState } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink } from "@/components/link"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { useDeed } from "@/lib/deed"
import { activeConnectionsQuery, aoaKey, startRun } from "../queries"

/** The button that starts a run, and what it asks before. */
export function StartRun() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        <Play aria-hidden className="size-4" />
        Start a run
      </Button>
      {open && <StartDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function StartDialog({ onClose }: { onClose: () => void }) {
  const query = useQuery(activeConnectionsQuery)
  return (
    <Dialog
      open
      onClose={onClose}
      title="Start a run"
      description="It syncs connections, unifies their records into the views, and lets every agent read them."
    >
      <Async query={query}>
        {(connections) =>
          connections.length ? (
            <Choice connections={connections} onClose={onClose} />
          ) : (
            <Empty title="No connection is active" action={<ButtonLink to="/connect">Go to Connect</ButtonLink>}>
              A run reads active connections. Connect a source, or set one of yours right.
            </Empty>
          )
        }
      </Async>
    </Dialog>
  )
}

type ChoiceProps = { connections: { id: string; name: string }[]; onClose: () => void }

function Choice({ connections, onClose }: ChoiceProps) {
  const navigate = useNavigate()
  // Pressing twice, or again after a lost answer, starts one run.
  const [request_id] = useState(() => crypto.randomUUID())
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const chosen = connections.filter((one) => !left.has(one.id))
  const start = useDeed(() => startRun({ request_id, connection_ids: left.size ? chosen.map((one) => one.id) : [] }), {
    done: () => "The run has started.",
    refetch: [[...aoaKey]],
    onDone: (run) => void navigate({ to: "/agents/runs/$runId", params: { runId: run.id } }),
  })
  const toggle = (id: string) =>
    setLeft((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]))
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate()
      }}
    >
      <fieldset className="flex flex-col">
        <legend className="mb-1 text-sm font-bold">Connections to sync</legend>
        {connections.map((one) => (
          <label key={one.id} className="flex min-h-8 items-center gap-3 text-sm">
            <input type="checkbox" className="size-4" checked={!left.has(one.id)} onChange={() => toggle(one.id)} />
            {one.name}
          </label>
        ))}
      </fieldset>
      {start.isError && <Trouble error={start.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button type="submit" kind="primary" busy={start.isPending} disabled={chosen.length === 0}>
          Start
        </Button>
      </div>
    </form>
  )
}
