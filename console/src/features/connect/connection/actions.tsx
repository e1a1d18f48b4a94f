import { type UseMutationResult, useIsMutating } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { Pause, Play, RefreshCw } from "lucide-react"
import { useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { useDeed } from "@/lib/deed"
import { check, discoverAgain, pause, promote, resume, sync } from "../deeds"
import { aamKey, type Connection, type Run, runOpen } from "../queries"
import { SyncDialog } from "./sync-dialog"

const route = getRouteApi("/app/connect/$connectionId")

/** What can be done with a connection right now. */
export function Actions({ connection, run }: { connection: Connection; run: Run | null }) {
  const navigate = route.useNavigate()
  const [choosing, setChoosing] = useState(false)
  const showRuns = () => void navigate({ search: { tab: "runs" }, replace: true })
  const deeds = useDeeds(connection, showRuns)
  const busy = useIsMutating() > 0
  const failed = Object.values(deeds).find((deed) => deed.isError)
  const button = (words: string, deed: UseMutationResult<unknown, unknown, void>, icon?: React.ReactNode) => (
    <Button onClick={() => again(deeds, deed)} busy={deed.isPending} disabled={busy}>
      {icon}
      {words}
    </Button>
  )
  const running = run !== null && runOpen(run)
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {connection.state === "SAFE_MODE" && (
          <Button kind="primary" onClick={() => again(deeds, deeds.promote)} busy={deeds.promote.isPending}>
            Promote
          </Button>
        )}
        {connection.state === "ACTIVE" && !connection.paused_by && (
          <>
            <Button kind="primary" onClick={() => again(deeds, deeds.sync)} busy={deeds.sync.isPending || running}>
              <RefreshCw aria-hidden className="size-4" />
              {running ? "Sync is running" : "Sync now"}
            </Button>
            <Button onClick={() => setChoosing(true)} disabled={running}>
              Sync in another way…
            </Button>
          </>
        )}
        {connection.paused_by
          ? button("Resume", deeds.resume, <Play aria-hidden className="size-4" />)
          : connection.state === "ACTIVE" && button("Pause", deeds.pause, <Pause aria-hidden className="size-4" />)}
        {button("Check", deeds.check)}
        {button("Discover again", deeds.discover)}
      </div>
      {failed && (
        <div className="basis-full">
          <Trouble error={failed.error} />
        </div>
      )}
      {choosing && (
        <SyncDialog
          connection={connection}
          onClose={() => setChoosing(false)}
          onStarted={() => {
            setChoosing(false)
            showRuns()
          }}
        />
      )}
    </>
  )
}

function useDeeds({ id, name }: Connection, onSync: () => void) {
  const refetch = [[...aamKey]]
  return {
    sync: useDeed(() => sync(id, {}), { done: () => "The sync has begun.", refetch, onDone: onSync }),
    promote: useDeed(() => promote(id), { done: () => `${name} may run now.`, refetch }),
    pause: useDeed(() => pause(id), { done: () => `${name} is paused.`, refetch }),
    resume: useDeed(() => resume(id), { done: () => `${name} goes on.`, refetch }),
    discover: useDeed(() => discoverAgain(id), { done: () => "The source is being looked at again.", refetch }),
    check: useDeed(() => check(id), { done: ({ notes }) => ["The source answers.", ...notes].join(" "), refetch }),
  }
}

type Deed = UseMutationResult<unknown, unknown, void>

/** Do it, and forget what another one said when it failed. */
function again(all: Record<string, unknown>, deed: unknown) {
  for (const one of Object.values(all)) (one as Deed).reset()
  ;(deed as Deed).mutate()
}
