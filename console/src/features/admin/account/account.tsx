import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Page } from "@/components/page"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { type Me, meQuery } from "@/lib/me"
import { ROLES } from "../role-choice"
import { PasswordCard } from "./password-card"
import { FactorCard } from "./second-factor"
import { Sessions } from "./sessions"

/** Who is signed in, from where, and how it is kept safe. */
export function Account() {
  const me = useQuery(meQuery)
  return (
    <Page title="Account" lead="Who you are here, where you are signed in, and how your account is kept safe.">
      <Async query={me}>
        {(user) => (
          <>
            <Who user={user} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <PasswordCard email={user.email} />
              <FactorCard />
            </div>
            <Sessions />
          </>
        )}
      </Async>
    </Page>
  )
}

function Who({ user }: { user: Me }) {
  return (
    <Card title={user.email || user.name}>
      <p className="text-sm">
        Of the tenant <strong>{user.tenant_name}</strong>
        {user.created_at && (
          <>
            {", since "}
            <Time at={user.created_at} />
          </>
        )}
        .
      </p>
      <ul className="mt-3 flex flex-col gap-1 text-sm">
        {user.roles.map((role) => (
          <li key={role} className="flex flex-wrap items-center gap-2">
            <Badge tone="info">{role}</Badge>
            <span className="text-muted">{ROLES.find(([name]) => name === role)?.[1]}</span>
          </li>
        ))}
      </ul>
      <p className="mt-3 font-mono text-xs break-all text-muted">{user.id}</p>
    </Card>
  )
}
