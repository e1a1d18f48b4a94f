"""The type that a column's texts are written in."""

import json
import re
from collections.abc import Sequence

ENOUGH = 0.95
"""Share of the values that must read as a type for the column to have it; a few dirty values do not hide it."""

VALUE_LENGTH = 500
"""Characters of a value that are looked at; what is as long may have been cut there."""

_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.?\d+)([eE][-+]?\d+)?|[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_LEADING_ZERO = re.compile(r"[-+]?0\d+")
_BOOLEAN = re.compile(r"true|false|yes|no|t|f|y|n", re.IGNORECASE)
_DAY = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{4})"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s?[AaPp][Mm])?(\s?(Z|UTC|[-+]\d{2}(:?\d{2})?))?"
_DATE = re.compile(_DAY)
_TIMESTAMP = re.compile(rf"{_DAY}[T ]{_CLOCK}")


def infer_type(values: Sequence[str]) -> str:
    """integer, decimal, boolean, date, timestamp, json or string, from texts that are not null; string for none."""
    texts = [value.strip() for value in values]
    if not texts or any(_LEADING_ZERO.fullmatch(text) for text in texts):
        return "string"
    if _share(texts, _INTEGER) >= ENOUGH:
        return "integer"
    for name, pattern in (("decimal", _DECIMAL), ("boolean", _BOOLEAN), ("date", _DATE), ("timestamp", _TIMESTAMP)):
        if _share(texts, pattern) >= ENOUGH:
            return name
    moments = [text for text in texts if _DATE.fullmatch(text) or _TIMESTAMP.fullmatch(text)]
    if len(moments) >= ENOUGH * len(texts):
        return "timestamp"
    return "json" if all(_is_json(text) for text in texts) else "string"


def _share(texts: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for text in texts if pattern.fullmatch(text)) / len(texts)


def _is_json(text: str) -> bool:
    if not text.startswith(("{", "[")):
        return False
    if len(text) >= VALUE_LENGTH:
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
