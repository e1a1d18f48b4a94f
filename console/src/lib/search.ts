/** An address's parameters after a change: what is empty is not written. */
export function changed<Search extends Record<string, string | undefined>>(now: Search, part: Partial<Search>): Search {
  return Object.fromEntries(Object.entries({ ...now, ...part }).filter(([, value]) => value)) as Search
}
