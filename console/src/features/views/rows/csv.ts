/** Rows as CSV (RFC 4180). */

type Value = string | number | boolean | null | undefined

const NUMBER = /^[+-]?[\d\s().,/-]*$/

/** A cell: quoted where needed. Text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function cellText(value: Value): string {
  if (value === null || value === undefined) return ""
  const text = String(value)
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvLine(values: readonly Value[]): string {
  return `${values.map(cellText).join(",")}\r\n`
}

type Page<Row> = { rows: Row[]; next_page_token: string }

/**
 * Read every page and write it as CSV; `told` hears the number of rows so far. Stops after `most` rows: `whole` says
 * whether that was all.
 */
export async function readAll<Row extends Record<string, Value>>(
  columns: readonly string[],
  read: (token: string) => Promise<Page<Row>>,
  most: number,
  told: (rows: number) => void,
): Promise<{ parts: string[]; rows: number; whole: boolean }> {
  const parts = [csvLine(columns)]
  let rows = 0
  let token = ""
  do {
    const page = await read(token)
    parts.push(page.rows.map((row) => csvLine(columns.map((name) => row[name]))).join(""))
    rows += page.rows.length
    token = page.next_page_token
    told(rows)
  } while (token && rows < most)
  return { parts, rows, whole: token === "" }
}

/** Give a file to the browser to keep. */
export function save(name: string, parts: string[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type: "text/csv;charset=utf-8" }))
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
