import { Link } from "@/components/link"

/** There is no such page. */
export function Lost() {
  return (
    <main className="mx-auto flex max-w-prose flex-col gap-3 p-8">
      <h1 className="text-2xl">There is no such page</h1>
      <p>The address may be old or mistyped.</p>
      <p>
        <Link to="/home">Go to Home</Link>
      </p>
    </main>
  )
}
