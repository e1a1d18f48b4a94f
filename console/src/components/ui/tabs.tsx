import { Tabs as Radix } from "radix-ui"
import type { ReactNode } from "react"

export type Tab = { name: string; label: ReactNode; content: ReactNode }

/** Tabs; arrows move between them, and only the open one's content is there. */
export function Tabs({
  tabs,
  open,
  onOpen,
  label,
}: {
  tabs: Tab[]
  open: string
  onOpen: (name: string) => void
  label: string
}) {
  return (
    <Radix.Root value={open} onValueChange={onOpen}>
      <Radix.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.name}
            value={tab.name}
            className="border-b-3 border-transparent px-3 py-2 text-sm font-bold whitespace-nowrap text-muted data-[state=active]:border-primary data-[state=active]:text-text"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.name} value={tab.name}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
