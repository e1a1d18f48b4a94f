"""JSON values as text that keeps what the source wrote: 0.10 stays 0.10, at any depth."""

import json
import re
from collections import Counter
from typing import Any


class NumberText(str):
    """A JSON number as the source spelled it."""

    __slots__ = ()


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


DECODER = json.JSONDecoder(
    parse_float=NumberText, parse_int=NumberText, parse_constant=_refuse_constant, object_pairs_hook=_members
)
"""Refuses what would lose a value: NaN and infinities, and a key that stands twice."""

MAX_DEPTH = 100
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""Where a character may be spelled in two halves, or only one of them."""


def too_deep(value: Any) -> bool:
    """Tell whether a value is nested deeper than `MAX_DEPTH`; needs no stack of its own."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def is_text(value: Any) -> bool:
    """Tell whether every string of a value, and every key, is text: half a surrogate pair is none."""
    try:
        as_json(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def as_text(value: Any) -> str | None:
    """A top-level value as the text of a cell: strings and numbers as they are, objects and lists as JSON."""
    if value is None or isinstance(value, str):
        return value or None
    return as_json(value)


def as_json(value: Any) -> str:
    """Compact JSON in which numbers keep their source text."""
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}:{as_json(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(as_json(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
