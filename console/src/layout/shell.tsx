import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router"
import { LogOut, Menu, X } from "lucide-react"
import { useEffect, useState } from "react"
import { queryClient } from "@/api/query-client"
import { onEnd, signOut } from "@/api/session"
import { Toasts } from "@/components/toast"
import { cn } from "@/lib/cn"
import { useMe } from "@/lib/me"
import { PLACES } from "./places"
import { ThemeSwitch } from "./theme"

/** Everything around a screen of somebody who is signed in: menu, tenant, theme, and the way out. */
export function Shell() {
  const [open, setOpen] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  useEndedSession()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place closes the menu
  useEffect(() => setOpen(false), [path])
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-surface focus:p-3"
      >
        Skip to content
      </a>
      <aside className="border-b bg-surface lg:sticky lg:top-0 lg:h-dvh lg:overflow-y-auto lg:border-r lg:border-b-0">
        <div className="flex items-center justify-between p-3">
          <Brand />
          <button
            type="button"
            aria-expanded={open}
            aria-controls="menu"
            aria-label={open ? "Close the menu" : "Open the menu"}
            onClick={() => setOpen(!open)}
            className="rounded-lg p-2 hover:bg-raised lg:hidden"
          >
            {open ? <X aria-hidden className="size-5" /> : <Menu aria-hidden className="size-5" />}
          </button>
        </div>
        <div id="menu" className={cn("px-2 pb-3 lg:block", open ? "block" : "hidden")}>
          <Places />
        </div>
      </aside>
      <div className="flex min-w-0 flex-col">
        <Top />
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 p-4 outline-none sm:p-6">
          <Outlet />
        </main>
      </div>
      <Toasts />
    </div>
  )
}

export function Brand() {
  return (
    <Link to="/home" className="flex items-center gap-2 rounded-lg text-lg font-bold">
      <img src="/favicon.svg" alt="" width="32" height="32" />
      <span className="bg-linear-to-r from-good via-info to-agent bg-clip-text text-transparent">AutonomOS</span>
    </Link>
  )
}

function Places() {
  return (
    <nav aria-label="Places">
      <ul className="flex flex-col gap-0.5">
        {PLACES.map(({ to, name, icon: Icon, layer }) => (
          <li key={to}>
            <Link
              to={to}
              activeProps={{ className: "bg-info-soft text-info", "aria-current": "page" }}
              inactiveProps={{ className: "text-text hover:bg-raised" }}
              className="flex items-center gap-3 rounded-lg px-3 py-2 text-sm font-bold"
            >
              <Icon aria-hidden className="size-4.5" />
              <span className="flex-1">{name}</span>
              {layer && <span className="text-xs opacity-90">{layer}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Top() {
  const me = useMe()
  const navigate = useNavigate()
  const leave = async () => {
    await signOut().catch(() => undefined)
    await navigate({ to: "/sign-in" })
  }
  return (
    <header className="flex items-center justify-end gap-2 border-b bg-surface px-4 py-2 text-sm">
      <div className="mr-auto min-w-0">
        <p className="truncate font-bold">{me?.tenant_name ?? " "}</p>
      </div>
      <Link to="/admin/account" className="max-w-48 truncate rounded-lg p-2 font-bold hover:bg-raised">
        {me?.email || me?.name || "Account"}
      </Link>
      <ThemeSwitch />
      <button
        type="button"
        onClick={() => void leave()}
        aria-label="Sign out"
        className="rounded-lg p-2 hover:bg-raised"
      >
        <LogOut aria-hidden className="size-5" />
      </button>
    </header>
  )
}

/** When the session ends, here or in another tab, nothing of it stays on the screen. */
function useEndedSession() {
  const navigate = useNavigate()
  useEffect(
    () =>
      onEnd(() => {
        queryClient.clear()
        void navigate({ to: "/sign-in" })
      }),
    [navigate],
  )
}
