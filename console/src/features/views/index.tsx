export { Views } from "./list/views"
export function View() {
  return null
}
