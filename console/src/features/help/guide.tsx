import { Page } from "@/components/page"
import { Card } from "@/components/ui/card"
import text from "../../../../docs/guide.md?raw"
import { Contents } from "./contents"
import { Document } from "./document"

/** What the platform does, screen by screen. */
export function Guide() {
  return (
    <Page title="Platform guide" lead="From the place where a record lies to the answer that rests on it.">
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <Card>
          <Document text={text} />
        </Card>
        <Contents text={text} />
      </div>
    </Page>
  )
}
