/** Every address of the console. A screen is loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router"
import { signedIn } from "./api/session"
import { Lost } from "./layout/lost"
import { Shell } from "./layout/shell"

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost })

/** A search parameter as text; empty when absent. */
function text(search: Record<string, unknown>, name: string): string {
  const value = search[name]
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

/** Keep these parameters of an address and no other. */
function only<const Names extends readonly string[]>(...names: Names) {
  return (search: Record<string, unknown>): { [Name in Names[number]]?: string } =>
    Object.fromEntries(names.map((name) => [name, text(search, name)]).filter(([, value]) => value)) as {
      [Name in Names[number]]?: string
    }
}

const session = () => import("./features/session")
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: only("next", "refused"),
  component: lazyRouteComponent(session, "SignIn"),
})
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(session, "SignUp"),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  validateSearch: only("ticket"),
  component: lazyRouteComponent(session, "Invitation"),
})
const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  validateSearch: only("ticket"),
  component: lazyRouteComponent(session, "Reset"),
})
const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/home" })
  },
})

/** All that wants somebody signed in. */
const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Shell,
  beforeLoad: async ({ location }) => {
    if (!(await signedIn())) throw redirect({ to: "/sign-in", search: { next: location.href } })
  },
})

const home = createRoute({
  getParentRoute: () => app,
  path: "/home",
  component: lazyRouteComponent(() => import("./features/home"), "Home"),
})

const discover = createRoute({
  getParentRoute: () => app,
  path: "/discover",
  validateSearch: only("finding", "state", "kind", "scan", "text", "show"),
  component: lazyRouteComponent(() => import("./features/discover"), "Discover"),
})

const connecting = () => import("./features/connect")
const connect = createRoute({
  getParentRoute: () => app,
  path: "/connect",
  validateSearch: only("stage"),
  component: lazyRouteComponent(connecting, "Connections"),
})
const connectNew = createRoute({
  getParentRoute: () => app,
  path: "/connect/new",
  validateSearch: only("connector"),
  component: lazyRouteComponent(connecting, "NewConnection"),
})
const flow = createRoute({
  getParentRoute: () => app,
  path: "/connect/flow",
  validateSearch: only("layer", "status", "slow", "event", "trace"),
  component: lazyRouteComponent(() => import("./features/flow"), "FlowMonitor"),
})
const watches = createRoute({
  getParentRoute: () => app,
  path: "/connect/watches",
  validateSearch: only("watch"),
  component: lazyRouteComponent(connecting, "Watches"),
})
const connection = createRoute({
  getParentRoute: () => app,
  path: "/connect/$connectionId",
  validateSearch: only("tab", "run", "stream"),
  component: lazyRouteComponent(connecting, "Connection"),
})

const unifying = () => import("./features/ontology")
const ontology = createRoute({
  getParentRoute: () => app,
  path: "/ontology",
  validateSearch: only("node", "show", "through"),
  component: lazyRouteComponent(unifying, "Ontology"),
})
const proposals = createRoute({
  getParentRoute: () => app,
  path: "/ontology/proposals",
  validateSearch: only("proposal", "state", "connection"),
  component: lazyRouteComponent(unifying, "Proposals"),
})
const entity = createRoute({
  getParentRoute: () => app,
  path: "/entities/$entity",
  component: lazyRouteComponent(unifying, "Entity"),
})

const viewing = () => import("./features/views")
const views = createRoute({
  getParentRoute: () => app,
  path: "/views",
  validateSearch: only("tab"),
  component: lazyRouteComponent(viewing, "Views"),
})
const view = createRoute({
  getParentRoute: () => app,
  path: "/views/$view",
  validateSearch: only("where", "group", "measure", "row", "columns", "sort", "snapshot"),
  component: lazyRouteComponent(viewing, "View"),
})

const acting = () => import("./features/agents")
const agents = createRoute({
  getParentRoute: () => app,
  path: "/agents",
  validateSearch: only("tab", "finding", "agent", "severity"),
  component: lazyRouteComponent(acting, "Agents"),
})
const run = createRoute({
  getParentRoute: () => app,
  path: "/agents/runs/$runId",
  validateSearch: only("finding"),
  component: lazyRouteComponent(acting, "Run"),
})

const ask = createRoute({
  getParentRoute: () => app,
  path: "/ask",
  validateSearch: only("question", "persona", "cite", "tab", "document"),
  component: lazyRouteComponent(() => import("./features/ask"), "ControlCenter"),
})

const administration = () => import("./features/admin")
const admin = createRoute({
  getParentRoute: () => app,
  path: "/admin",
  validateSearch: only("tab", "actor", "action", "outcome", "entry", "user"),
  component: lazyRouteComponent(administration, "Admin"),
})
const account = createRoute({
  getParentRoute: () => app,
  path: "/admin/account",
  component: lazyRouteComponent(administration, "Account"),
})

const reading = () => import("./features/help")
const guide = createRoute({
  getParentRoute: () => app,
  path: "/guide",
  component: lazyRouteComponent(reading, "Guide"),
})
const help = createRoute({ getParentRoute: () => app, path: "/help", component: lazyRouteComponent(reading, "Help") })

const inside = [
  ...[home, discover, connect, connectNew, flow, watches, connection, ontology, proposals, entity, views, view],
  ...[agents, run, ask, admin, account, guide, help],
] as const

export const router = createRouter({
  routeTree: root.addChildren([start, signIn, signUp, invitation, reset, app.addChildren([...inside])]),
  defaultPreload: "intent",
  scrollRestoration: true,
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}
