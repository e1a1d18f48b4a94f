import { getRouteApi } from "@tanstack/react-router"
import { withSearch } from "@/lib/search"
import { DocumentDrawer } from "./document-drawer"
import { Documents } from "./documents"
import { SearchCard } from "./search-card"

const route = getRouteApi("/app/ask")

/** The documents that answers may quote: what there is, how to add one, and a search. */
export function Knowledge() {
  const { document = "" } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (id: string) =>
    void navigate({ search: (now) => withSearch(now, { document: id }), resetScroll: false, replace: id === "" })
  return (
    <div className="flex flex-col gap-4">
      <Documents onOpen={open} />
      <SearchCard onOpen={open} />
      {document && <DocumentDrawer id={document} onClose={() => open("")} />}
    </div>
  )
}
