import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Code } from "@/components/code"
import { Empty } from "@/components/empty"
import { Card } from "@/components/ui/card"
import { providersQuery } from "./queries"

/** Identity providers with which people sign on, as they are set up. */
export function Providers() {
  const query = useQuery(providersQuery)
  return (
    <Async query={query} lines={3}>
      {(providers) =>
        providers.length ? (
          <div className="grid gap-4 lg:grid-cols-2">
            {providers.map((one) => (
              <Card key={one.id} title={one.name}>
                <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm">
                  <Fact name="Issuer" value={one.issuer} />
                  <Fact name="Client" value={one.client_id} />
                  <Fact name="Domains" value={one.domains.join(", ") || "any"} />
                  <Fact name="Roles at first sign-on" value={one.default_roles.join(", ") || "none"} />
                </dl>
                <h3 className="mt-3 mb-1 text-xs text-muted">Callback to register with the provider</h3>
                <Code>{one.callback}</Code>
              </Card>
            ))}
          </div>
        ) : (
          <Empty title="People sign in with passwords">
            With an OpenID Connect provider, such as your company's directory, they sign on without one. Add it through
            the API: <code className="break-all">POST /api/v1/admin/identity-providers</code>.
          </Empty>
        )
      }
    </Async>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="font-bold text-muted">{name}</dt>
      <dd className="break-all">{value}</dd>
    </>
  )
}
