import { createLink } from "@tanstack/react-router"
import { type AnchorHTMLAttributes, forwardRef } from "react"
import { cn } from "@/lib/cn"
import { buttonStyle } from "./ui/button"

const Anchor = forwardRef<HTMLAnchorElement, AnchorHTMLAttributes<HTMLAnchorElement>>(({ className, ...rest }, ref) => (
  <a
    ref={ref}
    className={cn("font-bold text-primary underline underline-offset-2 hover:no-underline", className)}
    {...rest}
  />
))

/** A link within the console. */
export const Link = createLink(Anchor)

const Button = forwardRef<HTMLAnchorElement, AnchorHTMLAttributes<HTMLAnchorElement>>(({ className, ...rest }, ref) => (
  <a ref={ref} className={cn(buttonStyle({ kind: "primary" }), className)} {...rest} />
))

/** A link that looks like the button of the next step. */
export const ButtonLink = createLink(Button)
