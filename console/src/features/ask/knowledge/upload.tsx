import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useId, useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Field } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { addFile, collectionsQuery, kbKey } from "../queries"

const ENDINGS = ".md,.markdown,.txt,.html,.htm,.pdf,.docx,.csv"

/** Adds a file to the knowledge base; it is read in afterwards, by a job. */
export function Upload() {
  const list = useId()
  const collections = useQuery(collectionsQuery).data ?? []
  const [collection, setCollection] = useState("")
  const [file, setFile] = useState<File | null>(null)
  const add = useDeed(({ file, collection }: { file: File; collection: string }) => addFile(file, collection), {
    done: (_, { file }) => `${file.name} is taken in; it is being read.`,
    refetch: [[...kbKey]],
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    if (!file) return
    const done = () => {
      form.reset()
      setFile(null)
    }
    add.mutate({ file, collection: collection.trim() }, { onSuccess: done })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-3">
        <Field
          label="File"
          type="file"
          accept={ENDINGS}
          required
          hint="Markdown, text, HTML, PDF, DOCX or CSV; 10 MB at most."
          className="w-full sm:w-80"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
        <Field
          label="Collection"
          value={collection}
          maxLength={100}
          list={list}
          placeholder="general"
          hint="Who may read it is said for a whole collection."
          className="w-full sm:w-64"
          onChange={(event) => setCollection(event.target.value)}
        />
        <datalist id={list}>
          {collections.map((one) => (
            <option key={one.id} value={one.name} />
          ))}
        </datalist>
        <Button type="submit" kind="primary" className="sm:mt-6" busy={add.isPending} disabled={!file}>
          Add the file
        </Button>
      </div>
      {add.isError && <Trouble error={add.error} />}
    </form>
  )
}
