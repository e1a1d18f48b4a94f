export { Home } from "./home"
