"""The business entities every source is mapped to: frozen types and the rules a correct ontology keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aos_common.errors import DomainError, Kind


class AttributeType(StrEnum):
    """Types of attributes; `enum` holds one of the listed values, `json` a document as text."""

    STRING = "string"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    ENUM = "enum"
    JSON = "json"


class OntologyInvalid(DomainError):
    """The ontology breaks one of its own rules."""

    reason = "ONTOLOGY_INVALID"
    kind = Kind.INTERNAL


class EntityUnknown(DomainError):
    """No entity has this name."""

    reason = "ENTITY_UNKNOWN"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity; `standard` names the definition it follows, `references` is `entity.attribute`."""

    name: str
    type: AttributeType
    description: str
    standard: str
    synonyms: tuple[str, ...] = ()
    unit: str | None = None
    required: bool = False
    references: str | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For an enum: each allowed value with what sources call it."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One business entity.

    `synonyms`: names of data sets that hold it. `match_on`: attributes whose normalised values identify the same entity
    across sources; empty = never linked. `keys`: sets of attributes, best first, that identify a row within a source.
    """

    name: str
    title: str
    description: str
    standard: str
    synonyms: tuple[str, ...]
    match_on: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of this name, or None."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class Ontology:
    """All entities, in order of name."""

    entities: tuple[Entity, ...]

    def entity(self, name: str) -> Entity:
        """The entity of this name; raises EntityUnknown."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        known = ", ".join(entity.name for entity in self.entities)
        raise EntityUnknown(f"there is no entity {name!r}", hint=f"known entities: {known}", entity=name)


def build_ontology(entities: Iterable[Entity]) -> Ontology:
    """The ontology of these entities; raises OntologyInvalid naming the first rule that one of them breaks."""
    ontology = Ontology(tuple(sorted(entities, key=lambda entity: entity.name)))
    _refuse_duplicates("ontology", [entity.name for entity in ontology.entities], "entity")
    for entity in ontology.entities:
        _check_entity(entity, ontology)
    return ontology


def _check_entity(entity: Entity, ontology: Ontology) -> None:
    names = [attribute.name for attribute in entity.attributes]
    _refuse_duplicates(entity.name, names, "attribute")
    for used in [*entity.match_on, *(name for key in entity.keys for name in key)]:
        if used not in names:
            raise _invalid(entity.name, f"match_on or keys name {used!r}, which is no attribute of {entity.name}")
    for attribute in entity.attributes:
        _check_attribute(f"{entity.name}.{attribute.name}", attribute, ontology)


def _check_attribute(path: str, attribute: Attribute, ontology: Ontology) -> None:
    if (attribute.type is AttributeType.ENUM) != bool(attribute.values):
        raise _invalid(path, "an enum needs `values`, and only an enum may have them")
    spellings = [spelling.casefold() for spellings in attribute.values.values() for spelling in spellings]
    _refuse_duplicates(path, spellings, "spelling of a value")
    if attribute.references is None:
        return
    target = {entity.name: entity for entity in ontology.entities}.get(attribute.references.partition(".")[0])
    if target is None or target.attribute(attribute.references.partition(".")[2]) is None:
        raise _invalid(path, f"references {attribute.references!r}, which does not exist")


def _refuse_duplicates(path: str, names: list[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise _invalid(path, f"the {what} {name!r} occurs {count} times")


def _invalid(path: str, problem: str) -> OntologyInvalid:
    return OntologyInvalid(f"{path}: {problem}", hint="correct the entity's file under dcl/ontology", path=path)
