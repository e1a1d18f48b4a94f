export function Ontology() {
  return null
}
export function Proposals() {
  return null
}
export function Entity() {
  return null
}
