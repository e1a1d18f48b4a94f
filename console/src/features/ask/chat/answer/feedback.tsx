import { ThumbsDown, ThumbsUp } from "lucide-react"
import { useState } from "react"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { AreaField } from "@/components/ui/field"
import { useDeed } from "@/lib/deed"
import { sendFeedback } from "../../queries"

/** Whether an answer helped; who says no may say why. */
export function Feedback({ answerId }: { answerId: string }) {
  const [said, setSaid] = useState<boolean | null>(null)
  const [why, setWhy] = useState("")
  const [told, setTold] = useState(false)
  const send = useDeed(
    ({ helpful, comment }: { helpful: boolean; comment: string }) =>
      sendFeedback({ answer_id: answerId, helpful, comment }),
    {
      onDone: (_, { helpful, comment }) => {
        setSaid(helpful)
        setTold(comment !== "")
      },
    },
  )
  const say = (helpful: boolean) => send.mutate({ helpful, comment: "" })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span>Did this help?</span>
      <Thumb pressed={said === true} label="Yes" icon={ThumbsUp} busy={send.isPending} onPress={() => say(true)} />
      <Thumb pressed={said === false} label="No" icon={ThumbsDown} busy={send.isPending} onPress={() => say(false)} />
      {said === false && !told && (
        <form
          className="flex w-full flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (why.trim()) send.mutate({ helpful: false, comment: why.trim() })
          }}
        >
          <AreaField
            label="What was wrong?"
            hint="Kept without personal data."
            rows={2}
            maxLength={2000}
            value={why}
            onChange={(event) => setWhy(event.target.value)}
          />
          <Button type="submit" className="self-start" busy={send.isPending} disabled={!why.trim()}>
            Send
          </Button>
        </form>
      )}
      <span role="status" className={said === null ? "sr-only" : "font-bold text-text"}>
        {said !== null && (said || told) ? "Thank you." : ""}
      </span>
      {send.isError && <Trouble error={send.error} />}
    </div>
  )
}

type ThumbProps = { pressed: boolean; label: string; icon: typeof ThumbsUp; busy: boolean; onPress: () => void }

function Thumb({ pressed, label, icon: Icon, busy, onPress }: ThumbProps) {
  return (
    <Button kind={pressed ? "primary" : "quiet"} aria-pressed={pressed} busy={busy} onClick={onPress}>
      <Icon aria-hidden className="size-4" />
      {label}
    </Button>
  )
}
