"""The kinds of BSON values: which column each needs, and its text.

A column's type is its kind's name: Arrow's own for numbers, truth values and times; the others travel as text without
loss: ObjectId as 24 hex digits, Decimal128 as its digits, binary as base64, arrays and deep documents as extended JSON
(relaxed, mongodb/specifications `extended-json`).
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from bson import Binary, Code, Decimal128, Int64, ObjectId, json_util
from bson.binary import UuidRepresentation
from bson.datetime_ms import DatetimeMS

RELAXED = json_util.RELAXED_JSON_OPTIONS.with_options(uuid_representation=UuidRepresentation.STANDARD)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXACT = 1 << 53
"""Whole numbers up to here are exact as doubles."""


class Kind(StrEnum):
    """What a value is, or what a column holds. OBJECT and BIG are kinds of values alone."""

    TEXT = "text"
    INT = "int64"
    FLOAT = "float64"
    BOOL = "bool"
    TIME = "timestamp[us, tz=UTC]"
    OBJECTID = "objectid"
    DECIMAL = "decimal128"
    UUID = "uuid"
    BINARY = "bindata"
    JSON = "json"
    MIXED = "mixed"
    OBJECT = "object"
    BIG = "big"


BY_TYPE: dict[type, Kind] = {
    str: Kind.TEXT,
    bool: Kind.BOOL,
    float: Kind.FLOAT,
    DatetimeMS: Kind.TIME,
    ObjectId: Kind.OBJECTID,
    Decimal128: Kind.DECIMAL,
    UUID: Kind.UUID,
    bytes: Kind.BINARY,
    Binary: Kind.BINARY,
    dict: Kind.OBJECT,
    list: Kind.JSON,
}
TAKES: dict[Kind, frozenset[Kind]] = {
    Kind.INT: frozenset({Kind.INT, Kind.BIG}),
    Kind.FLOAT: frozenset({Kind.FLOAT, Kind.INT}),
    Kind.DECIMAL: frozenset({Kind.DECIMAL, Kind.INT, Kind.BIG}),
    Kind.JSON: frozenset({Kind.JSON, Kind.OBJECT}),
    Kind.MIXED: frozenset(Kind),
}
"""The kinds of values that a column of a kind holds; every other column holds its own alone."""
WIDER = (Kind.INT, Kind.FLOAT, Kind.DECIMAL, Kind.JSON)


def kind_of(value: Any) -> Kind:
    """The kind of a value that is not null; what has no kind of its own (regular expressions, …) is JSON."""
    if type(value) in (int, Int64):
        return Kind.INT if -EXACT <= value <= EXACT else Kind.BIG
    return BY_TYPE.get(type(value), Kind.JSON)


def takes(column: Kind, value: Kind) -> bool:
    """Tell whether a column of the one kind holds values of the other."""
    return value in TAKES.get(column, frozenset({column}))


def common(kinds: frozenset[Kind]) -> Kind:
    """The narrowest column that holds values of all these kinds without loss: mixed, as text, where no other does."""
    if len(kinds) == 1:
        (only,) = kinds
        if only not in (Kind.OBJECT, Kind.BIG):
            return only
    return next((wide for wide in WIDER if kinds <= TAKES[wide]), Kind.MIXED)


def json_text(value: Any) -> str:
    """A value as extended JSON; equal texts mean equal values (of JavaScript code inside it: the text alone)."""
    if isinstance(value, Code):
        value = _extended(value)
    try:
        return json.dumps(value, default=_extended, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:  # not a number, or infinite: the driver's own encoder has a form for it, and is slow
        return json_util.dumps(value, json_options=RELAXED, ensure_ascii=False)


def _extended(value: Any) -> Any:
    return json_util.default(value, RELAXED)


def text(value: Any) -> str:
    """A value of any kind as a plain text: scalars as people write them, the rest as extended JSON."""
    kind = kind_of(value)
    if kind in (Kind.TEXT, Kind.INT, Kind.BIG, Kind.OBJECTID, Kind.DECIMAL, Kind.UUID):
        return str(value)
    if kind is Kind.BINARY:
        return base64.b64encode(value).decode()
    if kind in (Kind.FLOAT, Kind.BOOL):
        return "true" if value is True else "false" if value is False else repr(value)
    return time_text(value) if kind is Kind.TIME else json_text(value)


def time_text(value: DatetimeMS) -> str:
    """ISO 8601 where the year has four digits, else milliseconds since 1970."""
    try:
        return (EPOCH + timedelta(milliseconds=int(value))).isoformat()
    except OverflowError:
        return f"{int(value)} ms since 1970"


def is_unicode(value: str) -> bool:
    """Tell whether the server's bytes were UTF-8; those that were not are lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
