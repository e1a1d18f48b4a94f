import { Confirm } from "@/components/confirm"
import { useDeed } from "@/lib/deed"
import { type Document, deleteDocument, kbKey } from "../queries"

/** Asks before a document goes. */
export function DeleteDocument({ document, onClose }: { document: Document; onClose: () => void }) {
  const go = useDeed(() => deleteDocument(document.id), {
    done: () => `${document.title || "The document"} is deleted.`,
    refetch: [[...kbKey]],
  })
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Delete ${document.title || "this document"}?`}
      deed="Delete document"
      onConfirm={() => go.mutateAsync()}
    >
      Its text and everything that search knows of it go, and answers no longer quote it. This cannot be undone; the
      file can be added again.
    </Confirm>
  )
}
