"""Queries of our own. Names come from describe answers, literals from their pattern, so nothing needs escaping."""

from collections.abc import Sequence

from aam.adapters.sources.salesforce.catalog import KEY, SObject
from aam.adapters.sources.salesforce.reading.position import Position


def after(sobject: SObject, position: Position | None) -> str:
    """The condition for records after a position; empty for all."""
    if position is None or not (position.stamp or position.id):
        return ""
    if not sobject.cursor:
        return f"{KEY} > '{position.id}'"
    if not position.id:
        return f"{sobject.cursor} >= {position.stamp}"
    return f"({sobject.cursor} > {position.stamp} OR ({sobject.cursor} = {position.stamp} AND {KEY} > '{position.id}'))"


def until(sobject: SObject, stamp: str, id_: str) -> str:
    """The condition for records up to and with one."""
    if not sobject.cursor:
        return f"{KEY} <= '{id_}'"
    return f"({sobject.cursor} < {stamp} OR ({sobject.cursor} = {stamp} AND {KEY} <= '{id_}'))"


def before(sobject: SObject, end: str) -> str:
    """The condition for records before a stamp; empty for all."""
    return f"{sobject.cursor} < {end}" if end else ""


def order(sobject: SObject) -> str:
    """The order in which positions count."""
    if KEY not in sobject.fields:
        return ""
    return f" ORDER BY {sobject.cursor}, {KEY}" if sobject.cursor else f" ORDER BY {KEY}"


def query(sobject: SObject, fields: Sequence[str], conditions: Sequence[str], rest: str = "") -> str:
    """`SELECT … FROM … WHERE …` and the rest."""
    where = " AND ".join(one for one in conditions if one)
    return f"SELECT {','.join(fields)} FROM {sobject.name}{f' WHERE {where}' if where else ''}{rest}"  # noqa: S608  no database; see above


def count(sobject: SObject, conditions: Sequence[str]) -> str:
    """How many records there are."""
    return query(sobject, ["COUNT()"], conditions)
