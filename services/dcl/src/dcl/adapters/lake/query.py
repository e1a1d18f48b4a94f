"""SQL for view queries. Names come from the ontology, values travel as parameters; nothing from outside is SQL."""

from dcl.adapters.lake.tables import attribute_columns, is_shared, quoted, records_table, unified_table
from dcl.domain.ontology import AttributeType, Entity
from dcl.domain.view import (
    COMPARISONS,
    EXTRAS,
    ID,
    NULL_TESTS,
    RECORDS,
    Aggregation,
    Column,
    Filter,
    GroupBy,
    Measure,
    OrderBy,
    Value,
    column_of,
    read_value,
)

Parameters = list[Value]


def relation(entity: Entity, snapshot: int | None = None) -> str:
    """Return the view as a table expression, at a snapshot of the lake or as it is now."""
    version = f" AT (VERSION => {int(snapshot)})" if snapshot is not None else ""
    if is_shared(entity):
        return f"(SELECT * FROM lake.{unified_table(entity)}{version})"
    columns = ", ".join([ID, *attribute_columns(entity), f"1::BIGINT AS {RECORDS}", EXTRAS])
    return f"(SELECT {columns} FROM lake.{records_table(entity)}{version})"


def page_sql(
    entity: Entity,
    columns: tuple[Column, ...],
    filters: tuple[Filter, ...],
    order_by: tuple[OrderBy, ...],
    *,
    snapshot: int,
    limit: int,
    offset: int,
) -> tuple[str, Parameters]:
    """Return the query for one page."""
    where, parameters = where_sql(entity, filters)
    keys = [f"{quoted(key.column)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in order_by]
    order = ", ".join([*keys, ID])
    selected = ", ".join(_plain(column) for column in columns)
    sql = f"SELECT {selected} FROM {relation(entity, snapshot)}{where} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    return sql, parameters


def _plain(column: Column) -> str:
    """Return a column in a form that Python reads without a time zone database."""
    name = quoted(column.name)
    if column.type is AttributeType.TIMESTAMP:
        return f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
    return name


def _json_path(key: str) -> str:
    return '$."' + key.replace('"', '""') + '"'


def where_sql(entity: Entity, filters: tuple[Filter, ...]) -> tuple[str, Parameters]:
    """Return the WHERE clause (empty without filters) and its parameters."""
    parts: list[str] = []
    parameters: Parameters = []
    for item in filters:
        column = column_of(entity, item.column)
        name = quoted(item.column)
        values = [read_value(column, value) for value in item.values]
        if item.json_key:
            name = f"json_extract_string({name}, ?)"
            parameters.append(_json_path(item.json_key))
        parameters += values
        if item.op in NULL_TESTS:
            parts.append(f"{name} {NULL_TESTS[item.op]}")
        elif item.op == "in":
            parts.append(f"{name} IN ({', '.join('?' * len(values))})")
        elif item.op == "contains":
            parts.append(f"contains(lower({name}::VARCHAR), lower(?::VARCHAR))")
        else:
            parts.append(f"{name} {COMPARISONS[item.op]} ?")
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), parameters


def aggregation_sql(entity: Entity, question: Aggregation, snapshot: int | None = None) -> tuple[str, Parameters]:
    """Return the query for figures; it asks for one group more than the limit to see whether there are more."""
    parameters: Parameters = []
    groups = [_group_sql(entity, group, parameters) for group in question.groups]
    figures = [_measure_sql(entity, measure, parameters) for measure in question.measures]
    where, values = where_sql(entity, question.filters)
    keys = [f"{quoted(key.column)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in question.order_by]
    order = ", ".join([*keys, *(quoted(group.label) for group in question.groups)])
    sql = f"SELECT {', '.join([*groups, *figures])} FROM {relation(entity, snapshot)}{where}"
    if groups:
        sql += f" GROUP BY {', '.join(str(i + 1) for i in range(len(groups)))}"
    if order:
        sql += f" ORDER BY {order}"
    return f"{sql} LIMIT {question.limit + 1}", parameters + values


def _group_sql(entity: Entity, group: GroupBy, parameters: Parameters) -> str:
    name = quoted(group.column)
    if group.json_key:
        parameters.append(_json_path(group.json_key))
        name = f"json_extract_string({name}, ?)"
    elif group.grain:
        moment = name
        if column_of(entity, group.column).type is AttributeType.TIMESTAMP:
            moment = f"({name} AT TIME ZONE 'UTC')"
        name = f"strftime(date_trunc('{group.grain}', {moment}), '%Y-%m-%d')"
    else:
        name = _plain(column_of(entity, group.column)).removesuffix(f" AS {name}")
    return f"{name} AS {quoted(group.label)}"


def _measure_sql(entity: Entity, measure: Measure, parameters: Parameters) -> str:
    where, values = where_sql(entity, measure.filters)
    parameters += values
    over = f" FILTER ({where.strip()})" if where else ""
    figure = f"{_figure_sql(measure)}{over}"
    if measure.op in ("min", "max") and column_of(entity, measure.column).type is AttributeType.TIMESTAMP:
        # As text: DuckDB would need a time zone database to make a moment of it.
        figure = f"strftime({figure} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"{figure} AS {quoted(measure.name)}"


def _figure_sql(measure: Measure) -> str:
    if measure.op == "count":
        return f"count({quoted(measure.column) if measure.column else '*'})"
    name = quoted(measure.column)
    if measure.since:
        name = f"date_diff('day', {quoted(measure.since)}, {name})"
    if measure.op == "count_distinct":
        return f"count(DISTINCT {name})"
    return f"{measure.op}({name})"


def hash_sql(entity: Entity) -> str:
    """Return the query for a view's content hash: a sum over rows, so that their order does not matter.

    Ids are left out: they depend on the connection, the content does not.
    """
    fields = ", ".join([*attribute_columns(entity), RECORDS, EXTRAS])
    text = f"CAST(row({fields}) AS VARCHAR)"
    return (
        f"SELECT count(*), coalesce(sum(md5_number_lower(t)::HUGEINT), 0), "
        f"coalesce(sum(md5_number_upper(t)::HUGEINT), 0) FROM (SELECT {text} AS t FROM {relation(entity)})"
    )
