import type { Row } from "../queries"

type Content = Row[string] | undefined

/** Numbers as they are, to the last digit; "min2" leaves a year such as 1987 alone. */
const whole = new Intl.NumberFormat(undefined, { useGrouping: "min2" })
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 })

/** A value of a view, written by its type. */
export function Value({ value, type }: { value: Content; type: string }) {
  if (value === null || value === undefined || value === "")
    return (
      <span className="text-muted">
        <span aria-hidden>–</span>
        <span className="sr-only">empty</span>
      </span>
    )
  if (type === "timestamp") return <time dateTime={String(value)}>{valueText(value, type)}</time>
  return <span className="break-words">{valueText(value, type)}</span>
}

export function valueText(value: NonNullable<Content>, type: string): string {
  if (typeof value === "boolean") return value ? "yes" : "no"
  // In UTC, as conditions, groups and metrics count.
  if (type === "timestamp") return `${String(value).slice(0, 16).replace("T", " ")} UTC`
  // Decimals and large integers come as text; the formatters read text without rounding it.
  if (type === "integer") return whole.format(value as Intl.StringNumericLiteral)
  if (type === "decimal") return decimal.format(value as Intl.StringNumericLiteral)
  return String(value)
}
