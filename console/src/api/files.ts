/** Files to and from the platform: bodies that are not JSON. */
import { problemOf } from "./problem"
import { accessToken, discard } from "./session"

async function authorised(path: string, init: RequestInit): Promise<Response> {
  const token = await accessToken()
  const answer = await fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
  if (answer.status === 401) discard(token)
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null))
  return answer
}

/** Send a file as the whole body; the service knows it by name and content, for browsers' words differ by machine. */
export async function sendFile(path: string, file: File): Promise<unknown> {
  const headers = { "content-type": "application/octet-stream" }
  return (await authorised(path, { method: "POST", headers, body: file })).json()
}

/** Fetch something and hand it to the browser as a file named `name`. */
export async function saveFile(path: string, name: string): Promise<void> {
  const content = await (await authorised(path, {})).blob()
  const address = URL.createObjectURL(content)
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  // The browser has taken hold of it by the next turn of the loop.
  setTimeout(() => URL.revokeObjectURL(address), 0)
}
