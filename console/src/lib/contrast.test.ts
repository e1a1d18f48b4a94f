import { describe, expect, it } from "vitest"
import styles from "../styles.css?raw"

const GROUNDS = ["page", "surface", "raised"]
const TEXTS = ["text", "muted", "primary", "good", "info", "agent", "warn", "bad"]
const LEAST = 4.5

function tokens(selector: string): Record<string, string> {
  const block = styles.slice(styles.indexOf(`${selector} {`)).split("}")[0] ?? ""
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  )
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

describe.each([
  ["light", ":root"],
  ["dark", '[data-theme="dark"]'],
])("the %s theme", (_, selector) => {
  const colours = tokens(selector)
  const pairs = [
    ...TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground])),
    ...["good", "info", "agent", "warn", "bad"].map((tone) => [tone, `${tone}-soft`]),
    ["on-primary", "primary"],
  ]

  it.each(pairs)("shows %s on %s with enough contrast", (text = "", ground = "") => {
    expect(contrast(colours[text] ?? "", colours[ground] ?? "")).toBeGreaterThanOrEqual(LEAST)
  })
})
