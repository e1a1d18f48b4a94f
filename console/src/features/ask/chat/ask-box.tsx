import { SendHorizontal, Square } from "lucide-react"
import { type KeyboardEvent, useState } from "react"
import { Button } from "@/components/ui/button"
import { AreaField } from "@/components/ui/field"

const LONGEST = 2_000

type Props = { busy: boolean; onAsk: (question: string) => void; onStop: () => void }

/** Where a question is typed; Enter asks it, Shift and Enter begins a new line. */
export function AskBox({ busy, onAsk, onStop }: Props) {
  const [question, setQuestion] = useState("")
  const send = () => {
    const asked = question.trim()
    if (!asked || busy) return
    setQuestion("")
    onAsk(asked)
  }
  const keys = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      className="sticky bottom-0 z-10 -mx-1 -mb-4 flex items-end gap-2 border-t bg-page px-1 py-3 sm:-mb-6"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <AreaField
        label="Your question"
        labelHidden
        className="min-w-0 flex-1"
        rows={2}
        maxLength={LONGEST}
        value={question}
        placeholder="Ask in plain words, for example: cloud spend by team last month"
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={keys}
      />
      {busy ? (
        <Button onClick={onStop}>
          <Square aria-hidden className="size-4" />
          Stop
        </Button>
      ) : (
        <Button type="submit" kind="primary" disabled={!question.trim()}>
          <SendHorizontal aria-hidden className="size-4" />
          Ask
        </Button>
      )}
    </form>
  )
}
