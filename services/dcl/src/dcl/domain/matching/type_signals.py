"""Evidence from types, declared by the source or inferred from its values."""

import re
from collections.abc import Sequence

import numpy as np

from dcl.domain.matching.model import Column, Signal
from dcl.domain.matching.profile import Profile

_DECLARED: tuple[tuple[str, str], ...] = (
    (r"bool|^bit$", "boolean"),
    (r"timestamp|datetime|date|^time", "time"),
    (r"uuid|guid|uniqueidentifier", "id"),
    (r"json|variant|struct|map|array|object", "json"),
    (r"blob|binary|bytea|^raw|image", "binary"),
    (r"float|double|real|decimal|numeric|number|money|int|serial|long|short|byte", "number"),
    (r"char|text|string|clob|enum|lookup|picklist|url|email|phone", "text"),
)
_INFERRED = {
    "boolean": "boolean", "date": "time", "year": "number", "integer": "number", "decimal": "number",
    "json": "json", "url": "text", "email": "text", "uuid": "id", "text": "text",
}  # fmt: skip
_NEAR = {
    frozenset({"number", "text"}): 0.35,
    frozenset({"id", "text"}): 0.8,
    frozenset({"time", "text"}): 0.4,
    frozenset({"time", "number"}): 0.3,
    frozenset({"boolean", "text"}): 0.4,
    frozenset({"boolean", "number"}): 0.4,
    frozenset({"json", "text"}): 0.6,
    frozenset({"binary", "text"}): 0.5,
    frozenset({"id", "number"}): 0.5,
}


def family(column: Column, profile: Profile) -> str | None:
    """The column's family of types: number, text, time, boolean, json, binary, id; None where nothing tells."""
    if column.type:
        for pattern, name in _DECLARED:
            if re.search(pattern, column.type.lower()):
                return name
    return _INFERRED.get(profile.kind)


def type_signal(
    source: Sequence[Column], target: Sequence[Column], left: Sequence[Profile], right: Sequence[Profile]
) -> Signal:
    """Whether values of one column could be stored in the other."""
    families = [family(column, profile) for column, profile in zip(source, left, strict=True)]
    others = [family(column, profile) for column, profile in zip(target, right, strict=True)]
    scores = np.array([[_compatible(one, other) for other in others] for one in families])
    known = np.logical_and.outer([one is not None for one in families], [other is not None for other in others])
    return Signal("type", scores, known.astype(float))


def _compatible(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0.0
    return 1.0 if one == other else _NEAR.get(frozenset({one, other}), 0.1)
