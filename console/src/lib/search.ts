/** Search parameters with some of them changed; empty ones leave the address. */
export function withSearch<Search extends Record<string, string | undefined>>(before: Search, more: Search): Search {
  return Object.fromEntries(Object.entries({ ...before, ...more }).filter(([, value]) => value)) as Search
}
