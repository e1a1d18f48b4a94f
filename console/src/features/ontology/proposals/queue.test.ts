import { describe, expect, it } from "vitest"
import { following, forQueue, moved, stateShown } from "./queue"

const items = ["pending", "approved", "pending", "pending"].map((state, at) => ({ id: `p${at}`, state }))

describe("stateShown", () => {
  it("shows what waits, everything when nothing does, and what the address asks for", () => {
    expect(stateShown("", 2)).toBe("pending")
    expect(stateShown("", 0)).toBe("")
    expect(stateShown("rejected", 2)).toBe("rejected")
    expect(stateShown("all", 2)).toBe("")
  })
})

describe("moved", () => {
  it("goes down and up and stays at the ends", () => {
    expect(moved(items, "p0", "j")?.id).toBe("p1")
    expect(moved(items, "p3", "j")?.id).toBe("p3")
    expect(moved(items, "p1", "k")?.id).toBe("p0")
    expect(moved(items, "p0", "ArrowUp")?.id).toBe("p0")
  })
  it("begins with the first, and leaves other keys and empty lists alone", () => {
    expect(moved(items, "", "j")?.id).toBe("p0")
    expect(moved(items, "p0", "x")).toBeNull()
    expect(moved([], "", "j")).toBeNull()
  })
})

describe("following", () => {
  it("goes to the next that waits, else to the one before, else nowhere", () => {
    expect(following(items, "p0")?.id).toBe("p2")
    expect(following(items, "p3")?.id).toBe("p2")
    expect(following(items.slice(0, 2), "p0")).toBeNull()
  })
})

describe("forQueue", () => {
  const pressed = (html: string, init: KeyboardEventInit = {}) => {
    document.body.innerHTML = html
    const event = new KeyboardEvent("keydown", { key: "a", bubbles: true, ...init })
    document.body.querySelector("[data-at]")?.dispatchEvent(event)
    return event
  }
  it("takes keys of the page, its buttons and boxes", () => {
    expect(forQueue(pressed("<input type=checkbox data-at>"))).toBe(true)
    expect(forQueue(pressed("<button data-at>x</button>"))).toBe(true)
  })
  it("leaves fields, dialogs and the browser's own keys alone", () => {
    expect(forQueue(pressed("<input data-at>"))).toBe(false)
    expect(forQueue(pressed("<div role=dialog><button data-at>x</button></div>"))).toBe(false)
    expect(forQueue(pressed("<button data-at>x</button>", { ctrlKey: true }))).toBe(false)
  })
})
