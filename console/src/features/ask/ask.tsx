import { useQueries, useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useMemo, useState } from "react"
import { Async, Skeleton } from "@/components/async"
import { withSearch } from "@/lib/search"
import { metricsQuery, viewsQuery } from "../views/queries"
import type { Citation } from "./answer"
import { Chat } from "./chat/chat"
import { CitationDrawer } from "./citation/citation-drawer"
import { PersonaChoice } from "./personas/persona-choice"
import { suggestions } from "./personas/suggestions"
import { PersonaCard } from "./personas/tiles"
import { type Persona, personasQuery, summaryQuery } from "./queries"

const route = getRouteApi("/app/ask")

/** The personas with their figures, and the questions. */
export function Ask() {
  const personas = useQuery(personasQuery)
  return (
    <Async query={personas} lines={6}>
      {(told) => <WithPersonas personas={told} />}
    </Async>
  )
}

function WithPersonas({ personas }: { personas: Persona[] }) {
  const { persona = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const [opened, setOpened] = useState<Citation | null>(null)
  const shown = persona ? personas.filter((one) => one.name === persona) : personas
  const summaries = useQueries({ queries: shown.map((one) => summaryQuery(one.name)) })
  const views = useQuery(viewsQuery)
  const metrics = useQuery(metricsQuery)
  const titles = useMemo(() => new Map(personas.map((one) => [one.name, one.title])), [personas])
  const known = summaries.flatMap((one) => one.data ?? [])
  const told = ![views, metrics, ...summaries].some((one) => one.isPending)
  const filled = new Set(views.data?.filter((view) => view.rows > 0).map((view) => view.name))
  const choose = (name: string) =>
    void navigate({ search: (now) => withSearch(now, { persona: name }), replace: true, resetScroll: false })
  return (
    <div className="flex flex-col gap-5">
      <PersonaChoice personas={personas} chosen={persona} onChoose={choose} />
      <Chat
        titles={titles}
        suggestions={
          told && metrics.data ? suggestions({ persona, summaries: known, metrics: metrics.data, filled }) : []
        }
      >
        {/* All at once, in the place of lines that fill the window: what comes one by one pushes the rest about. */}
        {!told && <Skeleton lines={30} />}
        <div hidden={!told} className={persona ? "" : "grid gap-4 lg:grid-cols-2"}>
          {shown.map((one, at) => {
            const summary = summaries[at]
            return (
              summary && (
                <PersonaCard
                  key={one.name}
                  persona={one}
                  summary={summary}
                  whole={persona !== ""}
                  onChoose={choose}
                  onOpen={setOpened}
                />
              )
            )
          })}
        </div>
      </Chat>
      {opened && <CitationDrawer citation={opened} onClose={() => setOpened(null)} />}
    </div>
  )
}
