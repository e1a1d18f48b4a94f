"""Reads the ontology from its reviewed YAML files, one entity a file, part of the package."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from dcl.domain.ontology import Attribute, AttributeType, Entity, Ontology, OntologyInvalid, build_ontology

_ENTITY_KEYS = {"name", "title", "description", "standard", "synonyms", "match_on", "keys", "attributes"}
_ATTRIBUTE_KEYS = {"name", "type", "description", "standard", "synonyms", "unit", "required", "references", "values"}


def load_ontology(folder: Traversable | None = None) -> Ontology:
    """The ontology of a folder of `*.yaml` files, by default the one shipped; raises OntologyInvalid."""
    root = folder or files("dcl") / "ontology"
    found = sorted((file for file in root.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return build_ontology(_read_entity(file) for file in found)


def _read_entity(file: Traversable) -> Entity:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise OntologyInvalid(f"{file.name}: not valid YAML: {error}", hint="correct the file") from error
    _check_keys(file.name, content, _ENTITY_KEYS, required=_ENTITY_KEYS)
    return Entity(
        name=content["name"],
        title=content["title"],
        description=content["description"],
        standard=content["standard"],
        synonyms=tuple(content["synonyms"]),
        match_on=tuple(content["match_on"]),
        keys=tuple(tuple(key) for key in content["keys"]),
        attributes=tuple(_read_attribute(file.name, item) for item in content["attributes"]),
    )


def _read_attribute(file: str, item: Mapping[str, Any]) -> Attribute:
    _check_keys(file, item, _ATTRIBUTE_KEYS, required={"name", "type", "description", "standard"})
    try:
        kind = AttributeType(item["type"])
    except ValueError as error:
        known = ", ".join(AttributeType)
        raise OntologyInvalid(
            f"{file}: attribute {item['name']!r} has the unknown type {item['type']!r}", hint=f"use one of: {known}"
        ) from error
    return Attribute(
        name=item["name"],
        type=kind,
        description=item["description"],
        standard=item["standard"],
        synonyms=tuple(item.get("synonyms", ())),
        unit=item.get("unit"),
        required=bool(item.get("required", False)),
        references=item.get("references"),
        values={value: tuple(spellings) for value, spellings in (item.get("values") or {}).items()},
    )


def _check_keys(file: str, item: object, known: set[str], required: set[str]) -> None:
    if not isinstance(item, Mapping):
        raise OntologyInvalid(f"{file}: expected a mapping, found {type(item).__name__}", hint="correct the file")
    unknown, missing = set(item) - known, required - set(item)
    if unknown or missing:
        raise OntologyInvalid(
            f"{file}: {item.get('name', '?')}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}",
            hint=f"an entry knows these keys: {', '.join(sorted(known))}",
        )
