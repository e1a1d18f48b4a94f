"""Carries out parsed queries over records in memory."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import Any

from aos_local.salesforce.errors import ApiError, malformed, no_column
from aos_local.salesforce.model import NUMBERS, Field, SObject
from aos_local.salesforce.soql.parse import Comparison, Condition, Logic, Query, Value

Record = Mapping[str, Any]
Test = Callable[[Record], bool]
ORDERED = {"<": lt, "<=": le, ">": gt, ">=": ge}
MAX_OFFSET = 2_000
EXPECTED = {"datetime": "dateTime", "date": "date", "boolean": "boolean", "int": "int", "time": "time"}


def selected(entity: SObject, query: Query) -> list[Field]:
    """The fields that a query selects; raises `INVALID_FIELD`."""
    if query.fields == ("FIELDS(ALL)",):
        return list(entity.fields.values())
    return [_field(entity, name) for name in query.fields]


def matching(entity: SObject, query: Query, records: Iterable[Record]) -> list[Record]:
    """The records that fit, in order, within limit and offset."""
    if query.offset > MAX_OFFSET:
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    test = _test(entity, query.where) if query.where else None
    found = [one for one in records if test is None or test(one)]
    for name, descending, last in reversed(query.order):
        field = _field(entity, name)
        nulls_first = not last
        found.sort(key=_sort_key(field, nulls_first != descending), reverse=descending)
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def _field(entity: SObject, name: str) -> Field:
    field = entity.find(name.removeprefix(f"{entity.name}."))
    if field is None:
        raise no_column(name, entity.name)
    return field


def _sort_key(field: Field, nulls_low: bool) -> Callable[[Record], tuple[bool, Any]]:
    name = field.name

    def key(record: Record) -> tuple[bool, Any]:
        value = record.get(name)
        if value is None:
            return (not nulls_low, 0)
        return (nulls_low, _folded(field, value))

    return key


def _folded(field: Field, value: Any) -> Any:
    return value.lower() if isinstance(value, str) and field.type not in ("id", "reference", "datetime") else value


def _test(entity: SObject, condition: Condition) -> Test:
    if isinstance(condition, Comparison):
        return _comparison(entity, condition)
    tests = [_test(entity, part) for part in condition.parts]
    return _joined(condition, tests)


def _joined(logic: Logic, tests: Sequence[Test]) -> Test:
    if logic.operator == "not":
        return lambda record: not tests[0](record)
    if logic.operator == "and":
        return lambda record: all(test(record) for test in tests)
    return lambda record: any(test(record) for test in tests)


def _comparison(entity: SObject, comparison: Comparison) -> Test:
    field, operator = _field(entity, comparison.field), comparison.operator
    if not field.described()["filterable"]:
        raise ApiError(400, "INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    name = field.name
    if isinstance(comparison.value, tuple):
        wanted = {_literal(field, one) for one in comparison.value}
        inside = operator == "in"
        return lambda record: (_folded(field, record.get(name)) in wanted) is inside
    value = _literal(field, comparison.value)
    if operator == "like":
        pattern = re.compile(_like(str(value)), re.IGNORECASE | re.DOTALL)
        return lambda record: bool(pattern.fullmatch(str(record.get(name) or "")))
    if operator in ("=", "!="):
        equal = operator == "="
        return lambda record: (_folded(field, record.get(name)) == value) is equal
    if value is None:
        raise malformed(f"unexpected operator '{operator}' with null")
    compare = ORDERED[operator]

    def ordered(record: Record) -> bool:
        found = record.get(name)
        return found is not None and bool(compare(_folded(field, found), value))

    return ordered


def _like(pattern: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(mark, re.escape(mark)) for mark in pattern)


def _literal(field: Field, literal: Value) -> Any:
    """The literal as the field's records hold values; raises `INVALID_FIELD` for another type."""
    if literal.kind == "null":
        return None
    fits = {
        "datetime": ("moment", "day"), "date": ("day",), "boolean": ("boolean",), "time": ("text",),
    }  # fmt: skip
    wanted = fits.get(field.type, ("number",) if field.type in NUMBERS else ("text",))
    if literal.kind not in wanted:
        quoted = " and should not be enclosed in quotes" if literal.kind == "text" else ""
        raise ApiError(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type "
            f"{EXPECTED.get(field.type, 'double' if field.type in NUMBERS else 'string')}{quoted}",
        )
    if field.type == "datetime" and literal.kind == "day":
        return f"{literal.value}T00:00:00.000"
    if literal.kind == "text" and literal.value == "":
        return None
    return _folded(field, literal.value)
