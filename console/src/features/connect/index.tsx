export { Connection } from "./connection/connection"
export { Connections } from "./connections/connections"
export { NewConnection } from "./onboarding/new-connection"
export { Watches } from "./watches/watches"
