export { FlowMonitor } from "./flow-monitor"
