import { afterEach, expect, test } from "vitest"
import { type Deed, deedOf } from "./keys"

afterEach(() => document.body.replaceChildren())

function press(html: string, selector: string, init: KeyboardEventInit): Deed | null {
  document.body.innerHTML = html
  let deed: Deed | null = null
  document.addEventListener(
    "keydown",
    (event) => {
      deed = deedOf(event)
    },
    { once: true },
  )
  document.querySelector(selector)?.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init }))
  return deed
}

test("letters act from anywhere but a field", () => {
  expect(press("<p>x</p>", "p", { key: "a" })).toBe("approve")
  expect(press("<input>", "input", { key: "a" })).toBeNull()
  expect(press("<textarea></textarea>", "textarea", { key: "r" })).toBeNull()
  expect(press("<input type=checkbox>", "input", { key: "j" })).toBe("next")
})

test("a key with Ctrl belongs to the browser", () => {
  expect(press("<p>x</p>", "p", { key: "a", ctrlKey: true })).toBeNull()
})

test("arrows move within the inbox and scroll elsewhere", () => {
  expect(press("<ul data-inbox><li>x</li></ul>", "li", { key: "ArrowDown" })).toBe("next")
  expect(press("<p>x</p>", "p", { key: "ArrowDown" })).toBeNull()
})
