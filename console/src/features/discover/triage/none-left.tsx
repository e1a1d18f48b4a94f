import { Empty } from "@/components/empty"
import { ButtonLink } from "@/components/link"
import { Button } from "@/components/ui/button"
import type { Filter } from "./inbox"

type Props = { any: boolean; filter: Filter; onAll: () => void; onScan: () => void }

/** Why the inbox is empty, and what to do next. */
export function NoneLeft({ any, filter, onAll, onScan }: Props) {
  if (!any)
    return (
      <Empty
        title="Nothing has been discovered yet"
        action={
          <Button kind="primary" onClick={onScan}>
            Start a scan
          </Button>
        }
      >
        A scan looks at a folder or a PostgreSQL database and tells what data is there, what looks like business data
        and where personal data is. It reads a sample and never writes.
      </Empty>
    )
  if (filter.text || filter.kind || filter.scan || (filter.state && filter.state !== "open"))
    return (
      <Empty title="No finding matches" action={<Button onClick={onAll}>Look in all states</Button>}>
        Change the words or choose another kind, state or scan.
      </Empty>
    )
  return (
    <Empty title="Everything is decided" action={<ButtonLink to="/connect">See the connections</ButtonLink>}>
      What you approved is connected. <Button onClick={onAll}>Show what was decided</Button>
    </Empty>
  )
}
