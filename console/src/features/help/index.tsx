export { Guide } from "./guide"
export { Help } from "./help"
