import { cn } from "@/lib/cn"
import type { Persona } from "../queries"

type Props = { personas: readonly Persona[]; chosen: string; onChoose: (persona: string) => void }

/** In whose language answers are told; none lets each question decide. */
export function PersonaChoice({ personas, chosen, onChoose }: Props) {
  const choices = [{ name: "", title: "The question decides" }, ...personas]
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-bold">Answers for</legend>
      <div className="flex flex-wrap gap-2">
        {choices.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            aria-pressed={chosen === name}
            title={title}
            onClick={() => onChoose(name)}
            className={cn(
              "min-h-9 rounded-full border px-3.5 py-1 text-sm font-bold hover:bg-raised",
              chosen === name && "border-primary bg-primary text-on-primary hover:bg-primary",
            )}
          >
            {name ? name.toUpperCase() : title}
          </button>
        ))}
      </div>
    </fieldset>
  )
}
