import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink, Link } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Badge } from "@/components/ui/badge"
import { Card } from "@/components/ui/card"
import { needs, nextStep } from "./needs"
import { Pipeline } from "./pipeline"
import { type Glance, glanceQuery, type Health, healthQuery } from "./queries"

/** The pipeline at a glance, and what needs whoever looks. */
export function Home() {
  const glance = useQuery(glanceQuery)
  const health = useQuery(healthQuery)
  return (
    <Page
      title="Home"
      lead="Your records, from where they lie to the answer that rests on them."
      actions={<LiveBadge at={glance.dataUpdatedAt || null} />}
    >
      <Async query={glance} lines={6}>
        {(data) => (
          <>
            <Pipeline glance={data} />
            <div className="grid gap-4 lg:grid-cols-2">
              <Needs glance={data} />
              <Card title="Services">
                <Async query={health}>{(told) => <Services health={told} />}</Async>
              </Card>
            </div>
          </>
        )}
      </Async>
    </Page>
  )
}

function Needs({ glance }: { glance: Glance }) {
  const next = nextStep(glance)
  const found = needs(glance)
  return (
    <Card title="What needs you">
      {next && (
        <Empty
          title={next.text}
          action={
            <ButtonLink to={next.to} search={next.search ?? {}}>
              Go to {next.where}
            </ButtonLink>
          }
        >
          The next step of your data's journey.
        </Empty>
      )}
      {!next && !found.length && <p className="text-sm text-muted">Nothing waits for you.</p>}
      <ul className="mt-2 flex flex-col divide-y">
        {found.map(({ text, where, to, search }) => (
          <li key={text} className="flex items-center justify-between gap-3 py-2 text-sm">
            <span className="min-w-0">{text}</span>
            <Link to={to} search={search ?? {}} aria-label={`${text}: open ${where}`}>
              {where}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Services({ health }: { health: Health }) {
  return (
    <ul className="flex flex-col divide-y">
      {Object.entries(health.services).map(([name, state]) => (
        <li key={name} className="flex items-center justify-between py-2 text-sm">
          <span>{name.replaceAll("_", " ")}</span>
          <Badge tone={state === "ready" ? "good" : "bad"}>{state}</Badge>
        </li>
      ))}
    </ul>
  )
}
