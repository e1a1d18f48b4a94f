import { useQuery } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import { useState } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { Button } from "@/components/ui/button"
import { serviceAccountsQuery } from "../queries"
import { AccountCard } from "./account-card"
import { AccountDialog } from "./account-dialog"

/** Programs that use the API: service accounts and their keys. */
export function Keys() {
  const query = useQuery(serviceAccountsQuery)
  const [adding, setAdding] = useState(false)
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      New service account
    </Button>
  )
  return (
    <Async query={query} lines={4}>
      {(accounts) => (
        <div className="flex flex-col gap-4">
          {accounts.length > 0 && <div>{add}</div>}
          {accounts.length === 0 && (
            <Empty title="No program uses the API yet" action={add}>
              A service account is a program's own identity with its own roles. It signs in with API keys, which you can
              revoke one by one.
            </Empty>
          )}
          {accounts.map((account) => (
            <AccountCard key={account.id} account={account} />
          ))}
          {adding && <AccountDialog onClose={() => setAdding(false)} />}
        </div>
      )}
    </Async>
  )
}
