import { cva, type VariantProps } from "class-variance-authority"
import type { ButtonHTMLAttributes } from "react"
import { cn } from "@/lib/cn"

export const buttonStyle = cva(
  "inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3.5 py-1.5 text-sm font-bold transition-colors disabled:cursor-not-allowed disabled:opacity-60",
  {
    variants: {
      kind: {
        primary: "bg-primary text-on-primary hover:opacity-90",
        plain: "border bg-surface text-text hover:bg-raised",
        quiet: "text-text hover:bg-raised",
        danger: "border border-bad bg-surface text-bad hover:bg-bad-soft",
      },
    },
    defaultVariants: { kind: "plain" },
  },
)

type Props = ButtonHTMLAttributes<HTMLButtonElement> & VariantProps<typeof buttonStyle> & { busy?: boolean }

/** A button; `busy` while what it began is under way, which also keeps it from beginning twice. */
export function Button({ kind, busy = false, className, type = "button", disabled, children, ...rest }: Props) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      className={cn(buttonStyle({ kind }), className)}
      {...rest}
    >
      {busy && (
        <span aria-hidden className="size-3.5 animate-spin rounded-full border-2 border-current border-t-transparent" />
      )}
      {children}
    </button>
  )
}
