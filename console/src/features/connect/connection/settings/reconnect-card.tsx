import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { reconnect } from "../../deeds"
import { SettingsForm } from "../../onboarding/settings-form"
import { aamKey, type Connection, connectorsQuery } from "../../queries"

/** New settings and credentials for the same connection. */
export function ReconnectCard({ connection }: { connection: Connection }) {
  const [open, setOpen] = useState(connection.state === "FAILED" || connection.missing.length > 0)
  const query = useQuery(connectorsQuery)
  const save = useDeed((settings: Record<string, unknown>) => reconnect(connection.id, settings), {
    done: () => "The source is being looked at with the new settings.",
    refetch: [[...aamKey]],
    onDone: () => setOpen(false),
  })
  return (
    <Card title="Reconnect" className="lg:col-span-2">
      <div className="flex flex-col gap-3">
        <p className="text-sm text-muted">
          Gives the connection new settings or credentials. Streams, mappings and cursors stay. All settings are given
          anew, because secrets are never shown.
        </p>
        {open ? (
          <Async query={query}>
            {(connectors) => {
              const connector = connectors.find((one) => one.name === connection.connector)
              if (!connector)
                return <p className="text-sm">{`Nothing that is installed reads ${connection.connector}.`}</p>
              return (
                <SettingsForm
                  connector={connector}
                  deed="Reconnect"
                  busy={save.isPending}
                  error={save.error}
                  onSubmit={(settings) => save.mutate(settings)}
                />
              )
            }}
          </Async>
        ) : (
          <div>
            <Button onClick={() => setOpen(true)}>Give new settings</Button>
          </div>
        )}
      </div>
    </Card>
  )
}
