export { Views } from "./list/views"
export { View } from "./view/view"
