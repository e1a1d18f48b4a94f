import { Link } from "@tanstack/react-router"

const PLACES = [
  ["/connect", "Connections"],
  ["/connect/flow", "Flow Monitor"],
  ["/connect/watches", "Watches"],
] as const

/** The three places of AAM, as links. */
export function ConnectPlaces() {
  return (
    <nav aria-label="Connect" className="flex gap-1 overflow-x-auto border-b">
      {PLACES.map(([to, name]) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ className: "border-primary text-text", "aria-current": "page" }}
          inactiveProps={{ className: "border-transparent text-muted hover:text-text" }}
          className="border-b-3 px-3 py-2 text-sm font-bold whitespace-nowrap"
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
