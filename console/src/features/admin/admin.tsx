import { getRouteApi } from "@tanstack/react-router"
import { Link } from "@/components/link"
import { Page } from "@/components/page"
import { Tabs } from "@/components/ui/tabs"
import { Audit } from "./audit/audit"
import { Flags } from "./flags"
import { Keys } from "./keys/keys"
import { Providers } from "./providers"
import { Users } from "./users/users"

const route = getRouteApi("/app/admin")

/** Who may do what in this tenant, which programs, which switches, and who did what. */
export function Admin() {
  const { tab = "users" } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page
      title="Admin"
      lead={
        <>
          People, programs, switches and the audit log of your tenant. What is yours alone is in{" "}
          <Link to="/admin/account">your account</Link>.
        </>
      }
    >
      <Tabs
        label="Administration"
        open={tab}
        onOpen={(name) => void navigate({ search: { tab: name }, replace: true })}
        tabs={[
          { name: "users", label: "Users", content: <Users /> },
          { name: "keys", label: "API keys", content: <Keys /> },
          { name: "flags", label: "Feature flags", content: <Flags /> },
          { name: "audit", label: "Audit log", content: <Audit /> },
          { name: "providers", label: "Sign-on", content: <Providers /> },
        ]}
      />
    </Page>
  )
}
