export function Guide() {
  return null
}
export function Help() {
  return null
}
