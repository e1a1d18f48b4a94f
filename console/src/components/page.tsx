import { type ReactNode, useEffect } from "react"

type Props = { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }

/** A screen: its name in the window's title ("AOS Discover") and as the one first heading. */
export function Page({ title, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `AOS ${title}`
  }, [title])
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-4">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-2xl">{title}</h1>
          {lead && <p className="max-w-prose text-sm text-muted">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
