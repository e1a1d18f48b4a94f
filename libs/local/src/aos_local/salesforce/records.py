"""The organisation's records, and what writing one changes."""

import itertools
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aos_local.salesforce.errors import ApiError, no_column, not_found
from aos_local.salesforce.model import NUMBERS, Field, SObject
from aos_local.salesforce.soql.evaluate import Record, matching
from aos_local.salesforce.soql.parse import Query, canonical

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
USER = "005000000000001AAA"
TEXTUAL = frozenset({"string", "textarea", "phone", "url", "email", "picklist", "multipicklist", "combobox"})


def full_id(short: str) -> str:
    """The 18 characters of a 15 character id; the last three say which letters are capitals."""
    flags = [
        sum(1 << place for place, mark in enumerate(short[start : start + 5]) if mark.isupper()) for start in (0, 5, 10)
    ]
    return short + "".join(SUFFIX[flag] for flag in flags)


class Records:
    """Everything in memory; `now` is the organisation's clock, which moves by at least a millisecond a write."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self.objects = {one.name.lower(): one for one in objects}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {one.name: {} for one in self.objects.values()}
        self._numbers = itertools.count(1)
        self._last = datetime.min.replace(tzinfo=UTC)

    def entity(self, name: str) -> SObject:
        """The object; raises as a query of an unknown one does."""
        found = self.objects.get(name.lower())
        if found is None:
            raise ApiError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return found

    def find(self, query: Query, *, deleted: bool) -> list[Record]:
        """The records a query gives; soft-deleted ones with `deleted`."""
        entity = self.entity(query.entity)
        if not entity.queryable:
            raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {entity.name} does not support query")
        rows = self._rows[entity.name].values()
        return matching(entity, query, (row for row in rows if deleted or not row.get("IsDeleted")))

    def get(self, entity: SObject, record_id: str) -> dict[str, Any]:
        """A living record by its id of 15 or 18 characters."""
        key = full_id(record_id) if len(record_id) == 15 else record_id
        found = self._rows[entity.name].get(key)
        if found is None:
            raise not_found()
        if found.get("IsDeleted"):
            raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
        return found

    def by_external(self, entity: SObject, field: str, value: str) -> dict[str, Any] | None:
        """The living record with this value of a unique field."""
        known = entity.find(field)
        if known is None or not known.unique:
            raise ApiError(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {field}")
        rows = self._rows[entity.name].values()
        return next((row for row in rows if str(row.get(known.name)) == value and not row.get("IsDeleted")), None)

    def create(self, entity: SObject, values: Mapping[str, Any]) -> str:
        """Add a record; returns its id."""
        checked = _checked(entity, values)
        missing = [
            one.name for one in entity.fields.values()
            if one.writable and not one.nillable and one.type != "boolean" and checked.get(one.name) is None
        ]  # fmt: skip
        if missing:
            text = f"Required fields are missing: [{', '.join(missing)}]"
            raise ApiError(400, "REQUIRED_FIELD_MISSING", text, fields=missing)
        return self._add(entity, checked)

    def update(self, entity: SObject, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record and its stamps."""
        record = self.get(entity, record_id)
        record.update(_checked(entity, values))
        self._stamp(entity, record)

    def delete(self, entity: SObject, record_id: str) -> None:
        """Put a record into the recycle bin: from now on only queryAll sees it."""
        record = self.get(entity, record_id)
        record["IsDeleted"] = True
        self._stamp(entity, record)

    def load(self, entity: SObject, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Add rows as they are, stamps included; for data files and tests. Returns their ids."""
        return [self._add(entity, row) for row in rows]

    def generate(self, entity: SObject, count: int, *, seed: int, start: str, seconds: float) -> None:
        """Add `count` rows made from a seed, one every `seconds` from `start` on."""
        dice, moment = random.Random(seed), datetime.fromisoformat(start)  # noqa: S311  example data
        own = [one for one in entity.fields.values() if one.writable]
        for number in range(count):
            at = canonical(moment + timedelta(seconds=seconds * number))
            row = {one.name: _made(one, number, dice) for one in own}
            self._add(entity, {**row, **{name: at for name in (*STAMPS, "LoginTime") if entity.find(name)}})

    def _add(self, entity: SObject, values: Mapping[str, Any]) -> str:
        number, text = next(self._numbers), ""
        while number:
            number, digit = divmod(number, len(DIGITS))
            text = DIGITS[digit] + text
        record_id = str(values.get("Id") or full_id(entity.prefix + text.rjust(12, "0")))
        record: dict[str, Any] = {
            one.name: (False if one.type == "boolean" else None) for one in entity.fields.values()
        }
        now = self._moment() if any(entity.find(name) and name not in values for name in STAMPS) else ""
        record |= {name: now for name in STAMPS if entity.find(name)}
        record |= {name: USER for name in ("CreatedById", "LastModifiedById") if entity.find(name)}
        record |= {"Id": record_id} | {k: v for k, v in values.items() if entity.find(k)} | {"Id": record_id}
        for name in STAMPS:
            if record.get(name) and len(record[name]) != 23:
                record[name] = canonical(datetime.fromisoformat(record[name]))
        _compose(entity, record)
        self._rows[entity.name][record_id] = record
        return record_id

    def _stamp(self, entity: SObject, record: dict[str, Any]) -> None:
        now = self._moment()
        record |= {name: now for name in STAMPS[1:] if entity.find(name)}
        _compose(entity, record)

    def _moment(self) -> str:
        self._last = max(datetime.now(UTC), self._last + timedelta(milliseconds=1))
        return canonical(self._last)


def _compose(entity: SObject, record: dict[str, Any]) -> None:
    for one in entity.fields.values():
        if one.parts:
            values = {part: record.get(name) for part, name in one.parts.items()}
            record[one.name] = values if any(value is not None for value in values.values()) else None


def _checked(entity: SObject, values: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        field = entity.find(name)
        if name == "attributes":
            continue
        if field is None:
            raise ApiError(400, "INVALID_FIELD", no_column(name, entity.name).message.splitlines()[-1])
        if not field.writable:
            text = f"Unable to create/update fields: {field.name}. Please check the security settings of this field."
            raise ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, fields=[field.name])
        checked[field.name] = _value(field, value)
    return checked


def _value(field: Field, value: Any) -> Any:
    if value in (None, ""):
        return None
    if field.type in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ApiError(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {field.type} from {value!r}")
    if field.type in TEXTUAL and isinstance(value, str) and len(value) > field.length:
        text = f"{field.label or field.name}: data value too large: {value[:40]} (max length={field.length})"
        raise ApiError(400, "STRING_TOO_LONG", text, fields=[field.name])
    return canonical(datetime.fromisoformat(value)) if field.type == "datetime" else value


def _made(field: Field, number: int, dice: random.Random) -> Any:
    days = dice.randrange(2_000)
    if field.picklist:
        return dice.choice(field.picklist)
    if field.type in NUMBERS:
        return dice.randrange(100_000) if field.type in ("int", "long") else round(dice.random() * 1e6, field.scale)
    made = {
        "boolean": days % 2 == 0,
        "date": (date(2020, 1, 1) + timedelta(days=days)).isoformat(),
        "datetime": canonical(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days, seconds=number % 86_400)),
    }
    return made.get(field.type, f"{field.name} {number}" if field.type in TEXTUAL else None)
