"""The `Views` port over DuckDB tables, with the meaning DCL's view queries have."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
from aoa.domain.question import Aggregate, Answer, Filter, GroupBy, Query, Row, Sizes, Value

COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
NULL_TESTS = {"is_null": "IS NULL", "not_null": "IS NOT NULL"}


class DuckDbViews:
    """Views as tables of one DuckDB connection; `types` are the columns' SQL types, view by view."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, types: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = connection
        self._types = types
        self.asked: list[Aggregate | Query] = []

    async def sizes(self, tenant_id: UUID) -> Sizes:
        return Sizes({view: self._all(f"SELECT count(*) FROM {view}", [])[0][0] for view in self._types})

    async def aggregate(self, tenant_id: UUID, agent: str, question: Aggregate) -> Answer:
        self.asked.append(question)
        values: list[Any] = []
        groups = [self._group(question.view, group, values) for group in question.groups]
        figures = [
            f"{'count(DISTINCT ' if m.op == 'count_distinct' else m.op + '('}{_q(m.column) if m.column else '*'})"
            f" AS {_q(m.name)}"
            for m in question.measures
        ]
        where = self._where(question.view, question.filters, values)
        sql = f"SELECT {', '.join([*groups, *figures])} FROM {question.view}{where}"
        if groups:
            sql += f" GROUP BY {', '.join(str(i + 1) for i in range(len(groups)))}"
        order = [f"{_q(k.column)} {'DESC' if k.descending else 'ASC'} NULLS LAST" for k in question.order_by]
        if order or groups:
            sql += " ORDER BY " + ", ".join([*order, *(_q(group.label) for group in question.groups)])
        rows = self._rows(f"{sql} LIMIT {question.limit + 1}", values)
        return Answer(tuple(rows[: question.limit]), len(rows) > question.limit)

    async def query(self, tenant_id: UUID, agent: str, question: Query) -> Answer:
        self.asked.append(question)
        values: list[Any] = []
        where = self._where(question.view, question.filters, values)
        keys = [f"{_q(k.column)} {'DESC' if k.descending else 'ASC'} NULLS LAST" for k in question.order_by]
        columns = ", ".join(_q(self._known(question.view, c)) for c in question.columns) or "*"
        sql = f"SELECT {columns} FROM {question.view}{where} ORDER BY {', '.join([*keys, 'rowid'])}"
        rows = self._rows(f"{sql} LIMIT {question.limit + 1}", values)
        return Answer(tuple(rows[: question.limit]), len(rows) > question.limit)

    def count(self, view: str, filters: Sequence[Filter]) -> int:
        """Rows that filters select: what QueryView would page through."""
        values: list[Any] = []
        where = self._where(view, filters, values)
        return int(self._all(f"SELECT count(*) FROM {view}{where}", values)[0][0])

    def total(self, view: str, column: str, filters: Sequence[Filter]) -> Decimal:
        """Sum of a column over the rows that filters select."""
        values: list[Any] = []
        where = self._where(view, filters, values)
        return Decimal(self._all(f"SELECT coalesce(sum({_q(column)}), 0) FROM {view}{where}", values)[0][0])

    def _known(self, view: str, column: str) -> str:
        assert column in self._types[view], f"the ontology has no {view}.{column}"
        return column

    def _group(self, view: str, group: GroupBy, values: list[Any]) -> str:
        name = _q(self._known(view, group.column))
        if group.json_key:
            values.append('$."' + group.json_key.replace('"', '""') + '"')
            name = f"json_extract_string({name}, ?)"
        elif group.grain:
            name = f"strftime(date_trunc('{group.grain}', {name}), '%Y-%m-%d')"
        return f"{name} AS {_q(group.label)}"

    def _where(self, view: str, filters: Sequence[Filter], values: list[Any]) -> str:
        parts = []
        for item in filters:
            kind = self._types[view][self._known(view, item.column)]
            values += [_read(kind, value) for value in item.values]
            name = _q(item.column)
            if item.op in NULL_TESTS:
                parts.append(f"{name} {NULL_TESTS[item.op]}")
            elif item.op == "in":
                assert 1 <= len(item.values) <= 1000
                parts.append(f"{name} IN ({', '.join('?' * len(item.values))})")
            elif item.op == "contains":
                parts.append(f"contains(lower({name}::VARCHAR), lower(?::VARCHAR))")
            else:
                assert len(item.values) == 1
                parts.append(f"{name} {COMPARISONS[item.op]} ?")
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _all(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _rows(self, sql: str, values: list[Any]) -> list[Row]:
        result = self._connection.execute(sql, values)
        names = [column[0] for column in result.description or ()]
        return [{n: _plain(v) for n, v in zip(names, row, strict=True)} for row in result.fetchall()]


def _q(name: str) -> str:
    return f'"{name}"'


def _read(kind: str, text: str) -> object:
    if kind.startswith("DECIMAL"):
        return Decimal(text)
    if kind == "BIGINT":
        return int(text)
    if kind == "DATE":
        return date.fromisoformat(text)
    return _utc(text) if kind == "TIMESTAMP" else text


def _plain(value: Any) -> Value:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    assert value is None or isinstance(value, str | int | float | bool)
    return value


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, "a moment without an offset means something else in every session"
    return moment.astimezone(UTC).replace(tzinfo=None)
