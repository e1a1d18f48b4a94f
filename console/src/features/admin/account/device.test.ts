import { expect, it } from "vitest"
import { deviceOf } from "./device"

it.each([
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge on Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/120.0 Safari/537.36", "Chrome on Linux"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari on iOS"],
  ["curl/7.88.1", "curl/7.88.1"],
  ["", "Unknown"],
])("reads %s", (said, words) => {
  expect(deviceOf(said)).toBe(words)
})
