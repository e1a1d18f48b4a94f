export { View } from "./view/view"
export { Views } from "./views"
