import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { Async } from "@/components/async"
import { Empty } from "@/components/empty"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import { type Passage, searchQuery } from "../queries"

/** Finds the passages of all documents that are nearest to some words. */
export function SearchCard({ onOpen }: { onOpen: (id: string) => void }) {
  const [asked, setAsked] = useState("")
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setAsked(String(new FormData(event.currentTarget).get("words") ?? "").trim())
  }
  return (
    <Card title="Search the documents">
      <form onSubmit={submit} className="mb-4 flex items-end gap-2">
        <Field label="Words or a question" name="words" type="search" maxLength={2000} className="min-w-0 flex-1" />
        <Button type="submit">Search</Button>
      </form>
      {asked && <Found asked={asked} onOpen={onOpen} />}
    </Card>
  )
}

function Found({ asked, onOpen }: { asked: string; onOpen: (id: string) => void }) {
  const query = useQuery(searchQuery(asked))
  return (
    <Async query={query} lines={5}>
      {(passages) =>
        passages.length ? (
          <ul className="flex flex-col divide-y">
            {passages.map((one) => (
              <Hit key={one.chunk_id} passage={one} onOpen={onOpen} />
            ))}
          </ul>
        ) : (
          <Empty title="No passage fits">Try other words, or add a document that says it.</Empty>
        )
      }
    </Async>
  )
}

function Hit({ passage, onOpen }: { passage: Passage; onOpen: (id: string) => void }) {
  return (
    <li className="py-3 text-sm">
      <h3 className="flex flex-wrap gap-x-2">
        <button
          type="button"
          onClick={() => onOpen(passage.document_id)}
          className="min-h-6 rounded text-left font-bold text-primary underline underline-offset-2 hover:no-underline"
        >
          {passage.title || "Untitled"}
        </button>
        {passage.headings.length > 0 && <span className="font-medium text-muted">{passage.headings.join(" › ")}</span>}
      </h3>
      <p className="mt-1 break-words whitespace-pre-wrap">{passage.text}</p>
    </li>
  )
}
