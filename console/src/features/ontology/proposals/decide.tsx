import { type ReactNode, useEffect, useState } from "react"
import { Confirm } from "@/components/confirm"
import { toast } from "@/components/toast"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { type Proposal, useDecide } from "../queries"

type Choice = { without: string[]; onWithout: (attribute: string, left: boolean) => void; actions: ReactNode }
type Props = {
  proposal: Proposal
  /** What a key has asked for. */
  deed: "" | "approve" | "reject"
  onDeed: (deed: "" | "approve" | "reject") => void
  onDone: () => void
  children: (choice: Choice) => ReactNode
}

/** The two decisions over one proposal, by button or key. */
export function Decide({ proposal, deed, onDeed, onDone, children }: Props) {
  const [without, setWithout] = useState<string[]>([])
  const decide = useDecide()
  const run = async (approved: boolean) => {
    await decide.mutateAsync({ proposal, approved, without })
    toast(`${proposal.stream} ${approved ? `approved: its rows flow into ${proposal.entity}` : "rejected"}.`)
    onDone()
  }
  const approve = () => void run(true).catch(() => onDeed(""))
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each press of the key
  useEffect(() => {
    if (deed === "approve" && proposal.entity && !decide.isPending) approve()
  }, [deed])
  const actions = proposal.state === "pending" && (
    <div className="flex shrink-0 gap-2">
      <Button kind="danger" disabled={decide.isPending} onClick={() => onDeed("reject")}>
        Reject
      </Button>
      <Button kind="primary" busy={decide.isPending} disabled={!proposal.entity} onClick={approve}>
        Approve
      </Button>
    </div>
  )
  const onWithout = (attribute: string, left: boolean) =>
    setWithout((now) => (left ? [...now, attribute] : now.filter((one) => one !== attribute)))
  return (
    <Card>
      {decide.isError && deed !== "reject" && <Trouble error={decide.error} />}
      {children({ without, onWithout, actions })}
      <Confirm
        open={deed === "reject"}
        onClose={() => onDeed("")}
        title={`Reject the mapping of ${proposal.stream}?`}
        deed="Reject mapping"
        onConfirm={() => run(false)}
      >
        Its rows stay in landing and out of every view. This cannot be taken back: the stream gets another proposal only
        when its columns change.
      </Confirm>
    </Card>
  )
}
