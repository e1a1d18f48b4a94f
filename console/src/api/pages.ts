type Paged = { next_page_token: string }

/** All rows of a paged list, up to `most`; what lies beyond is left out, so say so when `rows.length` reaches it. */
export async function allPages<Page extends Paged, Row>(
  ask: (token: string) => Promise<Page>,
  rowsOf: (page: Page) => Row[],
  most = 1_000,
): Promise<Row[]> {
  const rows: Row[] = []
  let token = ""
  do {
    const page = await ask(token)
    rows.push(...rowsOf(page))
    token = page.next_page_token
  } while (token && rows.length < most)
  return rows.slice(0, most)
}
