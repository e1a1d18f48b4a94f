import type { Refusal } from "../../answer"

/** Why there is no answer, and what can be asked instead; a press asks it. */
export function Refused({ refusal, onAsk }: { refusal: Refusal; onAsk: (question: string) => void }) {
  return (
    <div className="flex flex-col gap-3 rounded-xl bg-warn-soft p-4 text-sm text-warn">
      <p className="font-bold">{refusal.message}</p>
      {refusal.suggestions.length > 0 && (
        <div>
          <p>You can ask instead:</p>
          <ul className="mt-2 flex flex-wrap gap-2">
            {refusal.suggestions.map((suggestion) => (
              <li key={suggestion}>
                <button
                  type="button"
                  onClick={() => onAsk(suggestion)}
                  className="min-h-9 rounded-full border border-warn bg-surface px-3.5 py-1 text-left font-bold text-text hover:bg-raised"
                >
                  {suggestion}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="font-mono text-xs">{refusal.reason}</p>
    </div>
  )
}
