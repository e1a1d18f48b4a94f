import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

type Session = typeof import("./session")

const tokens = (access_token: string, expires_in = 900) =>
  new Response(JSON.stringify({ access_token, expires_in }), { status: 200 })
const ended = () => new Response(JSON.stringify({ reason: "SESSION_ENDED", detail: "Ended." }), { status: 401 })

describe("session", () => {
  const fetching = vi.fn<typeof fetch>()
  let session: Session

  beforeEach(async () => {
    vi.stubGlobal("fetch", fetching)
    vi.resetModules()
    session = await import("./session")
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    fetching.mockReset()
  })

  it("asks once, however many wait for a token", async () => {
    fetching.mockImplementation(async () => tokens("first"))
    const got = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()])
    expect(got).toEqual(["first", "first", "first"])
    expect(await session.accessToken()).toBe("first")
    expect(fetching).toHaveBeenCalledTimes(1)
    expect(fetching.mock.calls[0]?.[0]).toBe("/api/v1/auth/browser/refresh")
  })

  it("renews a token that is about to expire, or that a service refused", async () => {
    fetching
      .mockResolvedValueOnce(tokens("short", 10))
      .mockResolvedValueOnce(tokens("long"))
      .mockResolvedValueOnce(tokens("last"))
    expect(await session.accessToken()).toBe("short")
    expect(await session.accessToken()).toBe("long")
    session.discard("short")
    expect(await session.accessToken()).toBe("long")
    session.discard("long")
    expect(await session.accessToken()).toBe("last")
  })

  it("asks again when the answer was lost, and gives up after three times", async () => {
    fetching.mockRejectedValueOnce(new TypeError("lost")).mockResolvedValueOnce(tokens("found"))
    expect(await session.accessToken()).toBe("found")
    session.discard("found")
    fetching.mockRejectedValue(new TypeError("lost"))
    await expect(session.signedIn()).rejects.toThrow("lost")
    expect(fetching).toHaveBeenCalledTimes(2 + 3)
  })

  it("never sends a password twice by itself", async () => {
    fetching.mockRejectedValue(new TypeError("lost"))
    await expect(session.enter.signIn("a@example.com", "secret", "")).rejects.toThrow("lost")
    expect(fetching).toHaveBeenCalledTimes(1)
  })

  it("tells that the session has ended", async () => {
    const told = vi.fn()
    session.onEnd(told)
    fetching.mockResolvedValueOnce(ended())
    expect(await session.signedIn()).toBe(false)
    expect(told).toHaveBeenCalledTimes(1)
  })
})
