import { Check, Copy } from "lucide-react"
import { useState } from "react"

/** A command or text to take along; the button copies it. */
export function Code({ children }: { children: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(children)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <div className="flex items-start gap-2 rounded-lg bg-raised p-2">
      <pre className="min-w-0 flex-1 overflow-x-auto p-1 font-mono text-xs whitespace-pre-wrap">{children}</pre>
      {globalThis.isSecureContext && (
        // Elsewhere browsers have no clipboard for pages.
        <button
          type="button"
          onClick={() => void copy()}
          aria-label={copied ? "Copied" : "Copy"}
          className="rounded p-1 hover:bg-surface"
        >
          {copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
        </button>
      )}
    </div>
  )
}
