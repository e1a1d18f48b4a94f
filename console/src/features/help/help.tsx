import { useState } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import { Field } from "@/components/ui/field"
import text from "../../../../docs/help.md?raw"
import glossary from "../../../../GLOSSARY.md?raw"
import { Contents } from "./contents"
import { Document } from "./document"
import { type Entry, entries, matching } from "./glossary"

const ALL = entries(glossary)
const COLUMNS: Column<Entry>[] = [
  { id: "word", header: "Word", value: ({ word }) => word, cell: ({ word }) => <strong>{word}</strong> },
  { id: "meaning", header: "Meaning", cell: ({ meaning }) => meaning },
]

/** Questions people ask, and what the words mean. */
export function Help() {
  const [wanted, setWanted] = useState("")
  const shown = matching(ALL, wanted)
  return (
    <Page title="Help" lead="Questions that come up, and every word of the platform with its one meaning.">
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <Card>
          <Document text={text} />
        </Card>
        <Contents text={text} />
      </div>
      <Card title="Glossary">
        <Field
          label="Find a word"
          type="search"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          className="mb-3 max-w-sm"
        />
        {shown.length ? (
          <DataTable caption="Glossary" columns={COLUMNS} rows={shown} rowId={({ word }) => word} />
        ) : (
          <Empty title={`No word like "${wanted}"`}>Try a shorter part of it.</Empty>
        )}
      </Card>
    </Page>
  )
}
