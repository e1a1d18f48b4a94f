import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link as RouterLink } from "@tanstack/react-router"
import { Cloud, Database, Files, Leaf, Plug } from "lucide-react"
import { useState } from "react"
import { Async } from "@/components/async"
import { Link } from "@/components/link"
import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import { AreaField, Field } from "@/components/ui/field"
import { cn } from "@/lib/cn"
import { useDeed } from "@/lib/deed"
import { onboard } from "../deeds"
import { aamKey, type Connector, connectorsQuery } from "../queries"
import { lines } from "./schema"
import { SettingsForm } from "./settings-form"

const route = getRouteApi("/app/connect/new")
const ICONS = { files: Files, postgres: Database, mongo: Leaf, salesforce: Cloud }

/** Choose what kind of source it is, say where it is, look at it in Safe Mode. */
export function NewConnection() {
  const { connector: name } = route.useSearch()
  const query = useQuery(connectorsQuery)
  return (
    <Page
      title="New connection"
      lead="A new connection is looked at in Safe Mode first: a few rows, nothing announced. You see the preview, then let it run."
      actions={<Link to="/connect">All connections</Link>}
    >
      <Async query={query}>
        {(connectors) => {
          const chosen = connectors.find((connector) => connector.name === name)
          return (
            <>
              <Kinds connectors={connectors} chosen={chosen?.name ?? ""} />
              {chosen && <Form key={chosen.name} connector={chosen} />}
            </>
          )
        }}
      </Async>
    </Page>
  )
}

function Kinds({ connectors, chosen }: { connectors: readonly Connector[]; chosen: string }) {
  return (
    <Card title="1. What is it?">
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {connectors.map(({ name, title }) => {
          const Icon = ICONS[name as keyof typeof ICONS] ?? Plug
          return (
            <li key={name}>
              <RouterLink
                to="/connect/new"
                search={{ connector: name }}
                replace
                resetScroll={false}
                className={cn(
                  "flex h-full items-center gap-3 rounded-xl border p-3 text-sm font-bold hover:border-primary",
                  chosen === name ? "border-primary bg-info-soft text-info" : "bg-raised",
                )}
              >
                <Icon aria-hidden className="size-5 shrink-0" />
                {title}
              </RouterLink>
            </li>
          )
        })}
      </ul>
      {!chosen && <p className="mt-3 text-sm text-muted">Choose one; its settings then appear below.</p>}
    </Card>
  )
}

/** Enter it, and go to where it is looked at. */
function useOnboarding() {
  const navigate = route.useNavigate()
  return useDeed(onboard, {
    done: (connection) => `${connection.name} is being looked at.`,
    refetch: [[...aamKey]],
    onDone: ({ id, safe_mode }) =>
      void navigate({
        to: "/connect/$connectionId",
        params: { connectionId: id },
        search: safe_mode ? { tab: "preview" } : {},
      }),
  })
}

function Form({ connector }: { connector: Connector }) {
  const [name, setName] = useState("")
  const [streams, setStreams] = useState("")
  const [safe, setSafe] = useState(true)
  // Only pages that are served securely can make one; without it a repeated request is told apart by its name.
  const [request_id] = useState(() => (globalThis.isSecureContext ? crypto.randomUUID() : ""))
  const create = useOnboarding()
  return (
    <Card title="2. Where is it, and how may it be read?">
      <SettingsForm
        connector={connector}
        deed={safe ? "Look at it in Safe Mode" : "Connect it"}
        busy={create.isPending}
        error={create.error}
        onSubmit={(settings) =>
          create.mutate({
            name: name.trim(),
            connector: connector.name,
            settings,
            streams: lines(streams),
            safe_mode: safe,
            request_id,
          })
        }
        before={
          <Field
            label="Name (required)"
            hint="What you call it, e.g. crm."
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            maxLength={100}
            className="max-w-80"
          />
        }
        after={
          <>
            <AreaField
              label="Streams"
              hint="Tables, files or collections to read, one a line. Empty means all."
              rows={2}
              value={streams}
              onChange={(event) => setStreams(event.target.value)}
              spellCheck={false}
            />
            <SafeMode on={safe} onChange={setSafe} />
          </>
        }
      />
    </Card>
  )
}

function SafeMode({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex items-start gap-2 text-sm">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        className="size-6 shrink-0 accent-primary"
      />
      <span>
        <span className="block font-bold">Safe Mode</span>
        <span className="text-xs text-muted">
          At most 20 rows of a stream are read, nothing is made at the source and nothing is announced until you promote
          the connection.
        </span>
      </span>
    </label>
  )
}
