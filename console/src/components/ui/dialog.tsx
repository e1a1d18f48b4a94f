import { X } from "lucide-react"
import { Dialog as Radix } from "radix-ui"
import { type ReactNode, useRef } from "react"
import { cn } from "@/lib/cn"

type Props = {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  /** `drawer` slides over the right edge; `box` stands in the middle. */
  shape?: "box" | "drawer"
  /** What gets the focus afterwards; else what had it before. */
  returnTo?: () => HTMLElement | null
}

const SHAPES = {
  box: "left-1/2 top-1/2 max-h-[90dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-2xl border",
  drawer: "inset-y-0 right-0 w-[min(38rem,100vw)] border-l",
}

/**
 * A modal dialog: focus stays within, Escape closes it and gives focus back.
 *
 * The dark ground is ours, not Radix's overlay, which would insert a style element that our content security policy
 * (rightly) does not allow.
 */
export function Dialog({ open, onClose, title, description, children, shape = "box", returnTo }: Props) {
  const before = useRef<Element | null>(null)
  // Radix gives the focus back to its own trigger only, and these dialogs have none.
  const giveBack = (event: Event) => {
    event.preventDefault()
    const to = returnTo?.() ?? before.current
    if (to instanceof HTMLElement) to.focus()
  }
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <div aria-hidden className="fixed inset-0 z-50 bg-black/50" />
        <Radix.Content
          onOpenAutoFocus={() => {
            before.current = document.activeElement
          }}
          onCloseAutoFocus={giveBack}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed z-50 flex flex-col gap-4 overflow-y-auto bg-surface *:shrink-0 p-5 outline-none",
            SHAPES[shape],
          )}
        >
          <div className="flex items-start justify-between gap-3">
            <div>
              <Radix.Title className="text-lg font-bold">{title}</Radix.Title>
              {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close aria-label="Close" className="rounded-lg p-1.5 hover:bg-raised">
              <X aria-hidden className="size-5" />
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
