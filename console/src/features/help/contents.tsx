import { Card } from "@/components/ui/card"
import { headings } from "./document"

/** What a document is about, to jump to. */
export function Contents({ text }: { text: string }) {
  return (
    <Card title="On this page" className="self-start lg:sticky lg:top-4">
      <ul className="flex flex-col gap-1.5 text-sm">
        {headings(text).map(({ id, text: heading }) => (
          <li key={id}>
            <a href={`#${id}`} className="font-bold text-primary underline underline-offset-2 hover:no-underline">
              {heading}
            </a>
          </li>
        ))}
      </ul>
    </Card>
  )
}
