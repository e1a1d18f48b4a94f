import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { Stat, Stats } from "@/components/stat"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { formatNumber, formatWord } from "@/lib/format"
import { type Document, documentQuery, TEXT_PAGE, textQuery } from "../queries"

/** A document: what is known of it, and its text as it is stored. */
export function DocumentDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(documentQuery(id))
  return (
    <Dialog
      open
      onClose={onClose}
      shape="drawer"
      title={query.data?.title || "Document"}
      description="As it is stored: personal data was taken out."
    >
      <Async query={query}>{(told) => <Content document={told} />}</Async>
    </Dialog>
  )
}

function Content({ document }: { document: Document }) {
  return (
    <>
      <Stats>
        <Stat name="State" value={formatWord(document.state)} />
        <Stat name="Collection" value={document.collection} />
        <Stat name="Passages" value={formatNumber(document.chunks_total)} />
        <Stat name="Characters" value={formatNumber(document.characters)} />
      </Stats>
      {document.error && <p className="text-sm font-bold text-bad">{document.error}</p>}
      {document.state === "ready" && <Text document={document} />}
    </>
  )
}

function Text({ document }: { document: Document }) {
  const [end, setEnd] = useState(TEXT_PAGE)
  const query = useQuery({ ...textQuery(document.id, 0, end), placeholderData: (before) => before })
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h3 className="font-bold">Text</h3>
      <Async query={query} lines={8}>
        {(text) => <p className="text-sm break-words whitespace-pre-wrap">{text}</p>}
      </Async>
      {document.characters > end && (
        <Button className="self-start" busy={query.isFetching} onClick={() => setEnd(end + TEXT_PAGE)}>
          Show more
        </Button>
      )}
    </section>
  )
}
