import { Children, type ReactNode } from "react"
import Markdown, { type Components } from "react-markdown"
import gfm from "remark-gfm"

/** A document of the repository's `docs`, without its first heading: the page has that. */
export function Document({ text }: { text: string }) {
  return (
    <article className="flex max-w-prose flex-col gap-3 leading-relaxed">
      <Markdown remarkPlugins={[gfm]} components={PARTS} skipHtml>
        {text.replace(/^# .*\n/, "")}
      </Markdown>
    </article>
  )
}

const PARTS: Components = {
  h2: ({ children }) => (
    <h2 id={slug(children)} className="mt-4 scroll-mt-4 text-lg">
      {children}
    </h2>
  ),
  code: ({ children }) => <code className="rounded bg-raised px-1.5 py-0.5 font-mono text-sm">{children}</code>,
  table: ({ children }) => (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">{children}</table>
    </div>
  ),
  th: ({ children }) => <th className="border-b px-2 py-1.5 text-left">{children}</th>,
  td: ({ children }) => <td className="border-b px-2 py-1.5 align-top">{children}</td>,
}

/** The headings of a document, as links to them. */
export function headings(text: string): { id: string; text: string }[] {
  return [...text.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => ({ id: slug(heading), text: heading }))
}

function slug(children: ReactNode): string {
  return Children.toArray(children)
    .join("")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
}
