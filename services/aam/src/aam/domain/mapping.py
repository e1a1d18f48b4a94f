"""A mapping version as DCL approved it: how a stream's columns become an entity's attributes."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

KINDS = ("text", "decimal", "integer", "boolean", "date", "timestamp", "enum", "json")
TRUE_TEXTS = ("true", "t", "yes", "y", "1")
FALSE_TEXTS = ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class Transform:
    """How a source value is read; which fields count depends on `kind`.

    `format` is a strptime format, empty for ISO 8601; `timezone` is the zone of timestamps that name none;
    `values` maps source texts to enum values; `decimal_separator` defaults to a point.
    """

    kind: str = "text"
    format: str = ""
    timezone: str = "UTC"
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    values: Map[str, str] = field(default_factory=dict)
    thousands: str = ""
    decimal_separator: str = "."
    currency: str = ""


@dataclass(frozen=True)
class FieldMapping:
    """One source column read into one attribute of the ontology's `type`."""

    source: str
    attribute: str
    type: str = "string"
    transform: Transform = field(default_factory=Transform)


@dataclass(frozen=True)
class Mapping:
    """A mapping version in force; no `key_columns` means that a record's place in its file is its key."""

    version: int
    entity: str
    fields: tuple[FieldMapping, ...]
    key_columns: tuple[str, ...] = ()
