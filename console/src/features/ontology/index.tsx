export { Entity } from "./entity/entity"
export { Ontology } from "./ontology"
export { Proposals } from "./proposals/proposals"
