export function Admin() {
  return null
}
export function Account() {
  return null
}
