export { ControlCenter } from "./control-center"
