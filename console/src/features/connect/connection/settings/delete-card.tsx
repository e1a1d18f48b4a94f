import { getRouteApi } from "@tanstack/react-router"
import { useState } from "react"
import { Confirm } from "@/components/confirm"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { remove } from "../../deeds"
import { aamKey, type Connection } from "../../queries"

const route = getRouteApi("/app/connect/$connectionId")

/** The end of a connection. */
export function DeleteCard({ connection }: { connection: Connection }) {
  const [asking, setAsking] = useState(false)
  const navigate = route.useNavigate()
  const end = useDeed(
    async () => {
      await remove(connection.id)
      // Before anything is read again: what is gone must not be asked for.
      await navigate({ to: "/connect" })
    },
    {
      done: () => `${connection.name} is deleted.`,
      refetch: [
        [...aamKey, "connections"],
        [...aamKey, "funnel"],
      ],
    },
  )
  return (
    <Card title="Delete">
      <p className="mb-3 text-sm text-muted">
        Its runs, quarantine and landing files go with it; what the views made of it stays. What it holds at the source
        is given up first.
      </p>
      <Button kind="danger" onClick={() => setAsking(true)}>
        Delete connection
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${connection.name}?`}
        deed="Delete connection"
        onConfirm={() => end.mutateAsync()}
      >
        This cannot be undone. The source itself is not touched.
      </Confirm>
    </Card>
  )
}
