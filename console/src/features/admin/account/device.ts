/** Looked for in this order: browsers name those that they descend from, too. */
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
]
const SYSTEMS: [RegExp, string][] = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
]

/** What a browser says of itself, in words: "Firefox on Windows"; a program's own words stay. */
export function deviceOf(userAgent: string): string {
  const find = (among: [RegExp, string][]) => among.find(([mark]) => mark.test(userAgent))?.[1]
  const browser = find(BROWSERS)
  if (!browser) return userAgent || "Unknown"
  const system = find(SYSTEMS)
  return system ? `${browser} on ${system}` : browser
}
