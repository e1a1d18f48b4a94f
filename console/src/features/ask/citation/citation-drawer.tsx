import { useQuery } from "@tanstack/react-query"
import { Link } from "@/components/link"
import { Dialog } from "@/components/ui/dialog"
import { RowsBehind } from "../../agents/rows-behind"
import { metricsQuery } from "../../views/queries"
import type { Citation } from "../answer"
import { Quote } from "./quote"

const KINDS: Record<string, string> = {
  rows: "Rows of a view",
  passage: "Words of a document",
  finding: "A finding of the agents",
  connection: "A connection",
  asset: "A discovered asset",
}

/** What a statement rests on, opened. */
export function CitationDrawer({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const title = citation.title.charAt(0).toUpperCase() + citation.title.slice(1)
  return (
    <Dialog open onClose={onClose} shape="drawer" title={title} description={KINDS[citation.kind] ?? citation.kind}>
      <Content citation={citation} />
    </Dialog>
  )
}

/** The rows with the columns that the cited metric counts. */
function Rows({ citation }: { citation: Citation }) {
  const { view, filters, snapshot } = citation
  const formula = useQuery(metricsQuery).data?.find((one) => one.name === citation.metric)?.formula
  return <RowsBehind view={view} filters={filters} snapshot={snapshot} formula={formula ?? ""} />
}

function Content({ citation }: { citation: Citation }) {
  const { kind, targetId } = citation
  if (kind === "rows") return <Rows citation={citation} />
  if (kind === "passage") return <Quote citation={citation} />
  return (
    <div className="flex flex-col gap-3 text-sm">
      {citation.quote && <blockquote className="border-l-4 border-primary pl-3">{citation.quote}</blockquote>}
      <p>
        {kind === "finding" && (
          <Link to="/agents" search={{ finding: targetId }}>
            Open the finding with its rows
          </Link>
        )}
        {kind === "connection" && (
          <Link to="/connect/$connectionId" params={{ connectionId: targetId }}>
            Open the connection
          </Link>
        )}
        {kind === "asset" && (
          <Link to="/discover" search={{ finding: targetId, state: "all" }}>
            Open it in Discover
          </Link>
        )}
      </p>
    </div>
  )
}
