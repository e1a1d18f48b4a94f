export function ControlCenter() {
  return null
}
