export function Agents() {
  return null
}
export function Run() {
  return null
}
