export function FlowMonitor() {
  return null
}
