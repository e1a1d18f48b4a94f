export { Ontology } from "./ontology"
export function Proposals() {
  return null
}
export function Entity() {
  return null
}
