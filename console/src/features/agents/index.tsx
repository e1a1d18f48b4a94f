export { Agents } from "./agents"
export { Run } from "./runs/run"
