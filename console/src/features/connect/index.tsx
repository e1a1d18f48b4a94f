export function Connections() {
  return null
}
export function NewConnection() {
  return null
}
export function Connection() {
  return null
}
export function Watches() {
  return null
}
