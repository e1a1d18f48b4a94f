export function Views() {
  return null
}
export function View() {
  return null
}
