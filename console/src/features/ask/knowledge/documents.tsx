import { useInfiniteQuery } from "@tanstack/react-query"
import { useMemo, useState } from "react"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Badge, type Tone } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatNumber, formatWord } from "@/lib/format"
import { type Document, documentsQuery } from "../queries"
import { DeleteDocument } from "./delete-document"
import { Upload } from "./upload"

const TONES: Record<string, Tone> = { ready: "good", failed: "bad", queued: "info", ingesting: "info" }

/** Every document that the reader may read, newest first. */
export function Documents({ onOpen }: { onOpen: (id: string) => void }) {
  const query = useInfiniteQuery(documentsQuery(""))
  const [leaving, setLeaving] = useState<Document | null>(null)
  const documents = query.data?.pages.flatMap((page) => page.documents) ?? []
  const columns = useMemo(() => columnsOf(onOpen, setLeaving), [onOpen])
  return (
    <Card title="Documents">
      <div className="flex flex-col gap-4">
        <Upload />
        {query.isPending && <Skeleton lines={3} />}
        {query.isError && !documents.length && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
        {query.isSuccess && documents.length === 0 && (
          <Empty title="The knowledge base is empty">
            Add what your company has written down: policies, contracts, runbooks. Questions whose answer is in a
            document are answered with its exact words.
          </Empty>
        )}
        {documents.length > 0 && (
          <DataTable caption="Documents, newest first" columns={columns} rows={documents} rowId={(one) => one.id} />
        )}
        {query.hasNextPage && (
          <Button className="self-start" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
      {leaving && <DeleteDocument document={leaving} onClose={() => setLeaving(null)} />}
    </Card>
  )
}

function columnsOf(onOpen: (id: string) => void, onDelete: (document: Document) => void): Column<Document>[] {
  return [
    {
      id: "title",
      header: "Title",
      value: (one) => one.title,
      cell: (one) => (
        <>
          <button
            type="button"
            onClick={() => onOpen(one.id)}
            className="min-h-6 rounded text-left font-bold text-primary underline underline-offset-2 hover:no-underline"
          >
            {one.title || one.source_uri || "Untitled"}
          </button>
          {one.error && <p className="text-xs text-bad">{one.error}</p>}
        </>
      ),
    },
    { id: "collection", header: "Collection", value: (one) => one.collection },
    {
      id: "state",
      header: "State",
      value: (one) => one.state,
      cell: (one) => (
        <span className="flex flex-wrap items-center gap-2">
          <Badge tone={TONES[one.state] ?? "plain"}>{formatWord(one.state)}</Badge>
          {one.state === "ingesting" && one.chunks_total > 0 && (
            <span className="text-xs text-muted">
              {one.chunks_done} of {one.chunks_total} passages
            </span>
          )}
        </span>
      ),
    },
    {
      id: "characters",
      header: "Characters",
      numeric: true,
      value: (one) => one.characters,
      cell: (one) => formatNumber(one.characters),
    },
    { id: "added", header: "Added", value: (one) => one.create_time, cell: (one) => <Time at={one.create_time} /> },
    {
      id: "delete",
      header: <span className="sr-only">Delete</span>,
      cell: (one) => (
        <Button kind="quiet" onClick={() => onDelete(one)} aria-label={`Delete ${one.title}`}>
          Delete…
        </Button>
      ),
    },
  ]
}
