/** A refusal as the services tell it (RFC 9457): what is wrong, and what to do next. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly detail: string,
    readonly hint = "",
  ) {
    super(detail)
    this.name = "Problem"
  }

  /** Whether the same request may succeed a little later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Read a refused answer; a body that is no problem document still makes a sentence. */
export function problemOf(status: number, body: unknown): Problem {
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}
  const text = (name: string) => (typeof told[name] === "string" ? (told[name] as string) : "")
  return new Problem(
    status,
    text("reason") || `HTTP_${status}`,
    text("detail") || `The platform answered with status ${status}.`,
    text("hint"),
  )
}

/** What a failed request means to a person. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError)
    return new Problem(
      0,
      "UNREACHABLE",
      "The platform cannot be reached.",
      "Check your connection; this page tries again.",
    )
  return new Problem(0, "UNEXPECTED", error instanceof Error ? error.message : String(error))
}
