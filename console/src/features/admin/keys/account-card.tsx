import { useState } from "react"
import { Confirm } from "@/components/confirm"
import { type Column, DataTable } from "@/components/data-table"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { removeAccount, revokeKey } from "../deeds"
import { identityKey, type Key, type ServiceAccount } from "../queries"
import { KeyDialog } from "./key-dialog"

const refetch = [[...identityKey]]

/** A service account with its keys. */
export function AccountCard({ account }: { account: ServiceAccount }) {
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const [revoking, setRevoking] = useState<Key | null>(null)
  const remove = useDeed(() => removeAccount(account.id), { done: () => `${account.name} is removed.`, refetch })
  const revoke = useDeed((key: Key) => revokeKey(account.id, key.id), { done: () => "The key is revoked.", refetch })
  return (
    <Card
      title={account.name}
      actions={
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAdding(true)}>Create a key</Button>
          <Button kind="danger" onClick={() => setLeaving(true)}>
            Remove…
          </Button>
        </div>
      }
    >
      <p className="mb-3 flex flex-wrap items-center gap-2 text-sm text-muted">
        {account.roles.map((role) => (
          <Badge key={role}>{role}</Badge>
        ))}
        <span>
          Created <Time at={account.created_at} />
        </span>
      </p>
      {account.keys.length ? (
        <DataTable
          caption={`Keys of ${account.name}`}
          columns={columnsOf(setRevoking)}
          rows={account.keys}
          rowId={(key) => key.id}
        />
      ) : (
        <p className="text-sm text-muted">It has no key yet, so it cannot sign in.</p>
      )}
      {adding && <KeyDialog account={account} onClose={() => setAdding(false)} />}
      <Confirm
        open={leaving}
        onClose={() => setLeaving(false)}
        title={`Remove ${account.name}?`}
        deed="Remove service account"
        onConfirm={() => remove.mutateAsync()}
      >
        All its keys stop working within seconds. This cannot be undone.
      </Confirm>
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? "this key"}?`}
        deed="Revoke key"
        onConfirm={async () => revoking && revoke.mutateAsync(revoking)}
      >
        Whatever uses it is refused within seconds. This cannot be undone; create another key first where one is needed.
      </Confirm>
    </Card>
  )
}

function columnsOf(onRevoke: (key: Key) => void): Column<Key>[] {
  return [
    { id: "name", header: "Key", value: (key) => key.name },
    { id: "made", header: "Created", value: (key) => key.created_at, cell: (key) => <Time at={key.created_at} /> },
    {
      id: "used",
      header: "Last used",
      value: (key) => key.used_at,
      cell: (key) => <Time at={key.used_at} />,
    },
    {
      id: "ends",
      header: "Expires",
      value: (key) => key.expires_at,
      cell: (key) => <Time at={key.expires_at} />,
    },
    {
      id: "revoke",
      header: <span className="sr-only">Revoke</span>,
      cell: (key) => (
        <Button kind="quiet" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
          Revoke…
        </Button>
      ),
    },
  ]
}
