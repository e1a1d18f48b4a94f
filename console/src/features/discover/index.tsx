export function Discover() {
  return null
}
