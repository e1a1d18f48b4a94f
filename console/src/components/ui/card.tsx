import { type ReactNode, useId } from "react"
import { cn } from "@/lib/cn"

type Props = { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }

/** A section of a page with a heading of its own. */
export function Card({ title, actions, children, className }: Props) {
  const heading = useId()
  return (
    <section
      aria-labelledby={title ? heading : undefined}
      className={cn("min-w-0 rounded-2xl border bg-surface p-4 sm:p-5", className)}
    >
      {(title || actions) && (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <h2 id={heading} className="text-base">
            {title}
          </h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  )
}
