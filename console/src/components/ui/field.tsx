import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react"
import { cn } from "@/lib/cn"

const box =
  "w-full min-h-9 rounded-lg border bg-surface px-3 py-1.5 text-sm text-text placeholder:text-muted disabled:opacity-60"

type Frame = { label: ReactNode; hint?: ReactNode; className?: string | undefined; labelHidden?: boolean }

function Framed({ id, label, hint, className, labelHidden, children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className={cn("flex flex-col gap-1", className)}>
      <label htmlFor={id} className={labelHidden ? "sr-only" : "text-sm font-bold"}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

type InputProps = Frame & InputHTMLAttributes<HTMLInputElement>

/** A labelled input. */
export function Field({ label, hint, className, labelHidden = false, ...rest }: InputProps) {
  const id = useId()
  return (
    <Framed {...{ id, label, hint, className, labelHidden }}>
      <input id={id} aria-describedby={hint ? `${id}-hint` : undefined} className={box} {...rest} />
    </Framed>
  )
}

type AreaProps = Frame & TextareaHTMLAttributes<HTMLTextAreaElement>

/** A labelled text of several lines. */
export function AreaField({ label, hint, className, labelHidden = false, ...rest }: AreaProps) {
  const id = useId()
  return (
    <Framed {...{ id, label, hint, className, labelHidden }}>
      <textarea id={id} aria-describedby={hint ? `${id}-hint` : undefined} className={box} {...rest} />
    </Framed>
  )
}

type SelectProps = Frame &
  SelectHTMLAttributes<HTMLSelectElement> & { options: readonly (readonly [value: string, text: string])[] }

/** A labelled choice; the browser's own, which every keyboard and screen reader knows. */
export function SelectField({ label, hint, className, labelHidden = false, options, ...rest }: SelectProps) {
  const id = useId()
  return (
    <Framed {...{ id, label, hint, className, labelHidden }}>
      <select id={id} aria-describedby={hint ? `${id}-hint` : undefined} className={box} {...rest}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Framed>
  )
}
