"""Names for the pieces of Envoy's configuration."""

from typing import Any

# Envoy's schema is protobuf behind JSON: any nesting of plain values, checked by `envoy --mode validate`.
Node = dict[str, Any]

_PREFIX = "type.googleapis.com/envoy."


def typed(type_name: str, **fields: Any) -> Node:
    """A message with its type, `type_name` without the `envoy.` in front."""
    return {"@type": f"{_PREFIX}{type_name}", **fields}


def named(name: str, type_name: str, **fields: Any) -> Node:
    """An extension: its registered name and its typed configuration."""
    return {"name": name, "typed_config": typed(type_name, **fields)}
