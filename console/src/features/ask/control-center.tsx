import { getRouteApi } from "@tanstack/react-router"
import { Page } from "@/components/page"
import { Tabs } from "@/components/ui/tabs"
import { Ask } from "./ask"
import { Knowledge } from "./knowledge/knowledge"

const route = getRouteApi("/app/ask")

/** Questions in plain words, answered from the tenant's own data, and the documents they may rest on. */
export function ControlCenter() {
  const { tab = "ask" } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Control Center" lead="Ask in plain words. Every number of an answer opens to the rows it rests on.">
      <Tabs
        label="Questions and knowledge"
        open={tab}
        onOpen={(name) => void navigate({ search: (now) => ({ ...now, tab: name }), replace: true })}
        tabs={[
          { name: "ask", label: "Ask", content: <Ask /> },
          { name: "knowledge", label: "Knowledge", content: <Knowledge /> },
        ]}
      />
    </Page>
  )
}
