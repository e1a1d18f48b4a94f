"""A parser of the part of SOQL that clients send: one object, its fields, conditions, order, limit and offset.

Grammar after Salesforce's "SOQL and SOSL Reference", SOQL SELECT syntax. AND and OR are not mixed without parentheses.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aos_local.salesforce.errors import malformed

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<day>\d{4}-\d\d-\d\d)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*(?::\d+)?)|(?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,))"
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
OPERATORS = {"=", "!=", "<>", "<", "<=", ">", ">="}


@dataclass(frozen=True)
class Value:
    """A literal: its kind (text, moment, day, number, boolean, null) and value; moments as canonical UTC texts."""

    kind: str
    value: Any


@dataclass(frozen=True)
class Comparison:
    """`field operator value`; IN and NOT IN have a tuple of values."""

    field: str
    operator: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True)
class Logic:
    """Conditions joined by `and`, `or`, or one under `not`."""

    operator: str
    parts: tuple["Comparison | Logic", ...]


Condition = Comparison | Logic


@dataclass(frozen=True)
class Query:
    """A parsed query; `fields` is empty for COUNT() and ("FIELDS(ALL)",) for that."""

    fields: tuple[str, ...]
    entity: str
    where: Condition | None = None
    order: tuple[tuple[str, bool, bool], ...] = ()
    """(field, descending, nulls last)"""
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Query:
    """Parse a query; raises `MALFORMED_QUERY`."""
    return _Parser(text).query()


def canonical(moment: datetime) -> str:
    """A moment as fixed-width UTC text, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}"


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place, text = 0, text.rstrip()
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise malformed(f"line 1:{place} unexpected character '{text[place:].lstrip()[:1]}'")
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            place = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1].upper() if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise malformed("unexpected token: '<EOF>'")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *words: str) -> bool:
        ahead = [token[1].upper() for token in self.tokens[self.at : self.at + len(words)]]
        if ahead == list(words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            found = self.tokens[self.at][1] if self.at < len(self.tokens) else "<EOF>"
            raise malformed(f"unexpected token: '{found}' (expecting {' '.join(words)})")

    def word(self) -> str:
        kind, text = self.take()
        if kind != "word":
            raise malformed(f"unexpected token: '{text}'")
        return text

    def number(self) -> int:
        kind, text = self.take()
        if kind != "number" or not text.isdigit():
            raise malformed(f"unexpected token: '{text}'")
        return int(text)

    def query(self) -> Query:
        self.expect("SELECT")
        fields = self.fields()
        self.expect("FROM")
        entity = self.word()
        where = self.any_of() if self.accept("WHERE") else None
        order = self.order() if self.accept("ORDER", "BY") else ()
        limit = self.number() if self.accept("LIMIT") else None
        offset = self.number() if self.accept("OFFSET") else 0
        if self.at < len(self.tokens):
            raise malformed(f"unexpected token: '{self.tokens[self.at][1]}'")
        if fields == ("FIELDS(ALL)",) and (limit is None or limit > 200):
            raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
        return Query(fields, entity, where, order, limit, offset)

    def fields(self) -> tuple[str, ...]:
        if self.accept("COUNT", "(", ")"):
            return ()
        if self.accept("FIELDS", "("):
            which = self.word().upper()
            self.expect(")")
            if which not in ("ALL", "STANDARD", "CUSTOM"):
                raise malformed(f"unexpected token: '{which}'")
            return ("FIELDS(ALL)",)
        found = [self.word()]
        while self.accept(","):
            found.append(self.word())
        if len({one.lower() for one in found}) < len(found):
            raise malformed("duplicate field selected: " + next(one for one in found if found.count(one) > 1))
        return tuple(found)

    def any_of(self) -> Condition:
        first = self.one()
        joined = self.peek()
        if joined not in ("AND", "OR"):
            return first
        parts = [first]
        while self.accept(joined):
            parts.append(self.one())
        if self.peek() in ("AND", "OR"):
            raise malformed(f"unexpected token: '{self.peek()}'")
        return Logic(joined.lower(), tuple(parts))

    def one(self) -> Condition:
        if self.accept("NOT"):
            return Logic("not", (self.one(),))
        if self.accept("("):
            inner = self.any_of()
            self.expect(")")
            return inner
        name, negated = self.word(), self.accept("NOT")
        if self.accept("IN"):
            return Comparison(name, "not in" if negated else "in", self.values())
        if negated:
            raise malformed("unexpected token: 'NOT'")
        if self.accept("LIKE"):
            return Comparison(name, "like", self.value())
        _, operator = self.take()
        if operator not in OPERATORS:
            raise malformed(f"unexpected token: '{operator}'")
        return Comparison(name, "!=" if operator == "<>" else operator, self.value())

    def values(self) -> tuple[Value, ...]:
        self.expect("(")
        found = [self.value()]
        while self.accept(","):
            found.append(self.value())
        self.expect(")")
        return tuple(found)

    def value(self) -> Value:
        kind, text = self.take()
        if kind == "text":
            return Value(kind, re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text[1:-1]))
        if kind == "moment":
            return Value(kind, canonical(datetime.fromisoformat(text)))
        if kind == "day":
            return Value(kind, date.fromisoformat(text).isoformat())
        if kind == "number":
            return Value(kind, float(text) if any(mark in text for mark in ".eE") else int(text))
        words: dict[str, Value] = {
            "NULL": Value("null", None), "TRUE": Value("boolean", True), "FALSE": Value("boolean", False),
            "TODAY": Value("day", datetime.now(UTC).date().isoformat()),
        }  # fmt: skip
        if text.upper().startswith("LAST_N_DAYS:"):
            days = timedelta(days=int(text.partition(":")[2]))
            return Value("day", (datetime.now(UTC).date() - days).isoformat())
        if text.upper() not in words:
            raise malformed(f"unexpected token: '{text}'")
        return words[text.upper()]

    def order(self) -> tuple[tuple[str, bool, bool], ...]:
        found = []
        while True:
            name, descending = self.word(), self.accept("DESC")
            if not descending:
                self.accept("ASC")
            last = self.accept("NULLS", "LAST")
            if not last:
                self.accept("NULLS", "FIRST")
            found.append((name, descending, last))
            if not self.accept(","):
                return tuple(found)
