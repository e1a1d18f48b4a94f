import {
  BookOpen,
  Bot,
  Cable,
  CircleHelp,
  House,
  type LucideIcon,
  MessagesSquare,
  Network,
  Radar,
  Rows3,
  Settings,
} from "lucide-react"

export type Place = { to: string; name: string; icon: LucideIcon; layer?: string }

/** The menu, in the order of a record's journey. */
export const PLACES: Place[] = [
  { to: "/home", name: "Home", icon: House },
  { to: "/discover", name: "Discover", icon: Radar, layer: "AOD" },
  { to: "/connect", name: "Connect", icon: Cable, layer: "AAM" },
  { to: "/ontology", name: "Ontology", icon: Network, layer: "DCL" },
  { to: "/views", name: "Views", icon: Rows3, layer: "DCL" },
  { to: "/agents", name: "Agents", icon: Bot, layer: "AOA" },
  { to: "/ask", name: "Control Center", icon: MessagesSquare, layer: "Ask" },
  { to: "/admin", name: "Admin", icon: Settings },
  { to: "/guide", name: "Platform guide", icon: BookOpen },
  { to: "/help", name: "Help", icon: CircleHelp },
]
