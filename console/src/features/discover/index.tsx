export { Discover } from "./discover"
