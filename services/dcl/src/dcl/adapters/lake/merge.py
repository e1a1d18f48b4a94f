"""Merging canonical batches into the lake: idempotent and order-free.

A record is replaced only by a newer source version, so batches may come twice and in any order. A unified entity is a
function of its records alone: each attribute comes from the record with the latest `updated_at` of its own, then by
source and key; nothing depends on when a record arrived. Only entities that a batch touches are computed again.
"""

from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

import duckdb

from dcl.adapters.lake.tables import (
    SNAPSHOTS,
    attribute_columns,
    is_shared,
    quoted,
    records_table,
    unified_table,
)
from dcl.domain.errors import BatchInvalid
from dcl.domain.ontology import AttributeType, Entity

Connection = duckdb.DuckDBPyConnection
T = TypeVar("T")


def merge_batch(connection: Connection, entity: Entity, source: str, path: str) -> int:
    """Merge one Parquet file of canonical records in one lake transaction; return its records."""
    return _atomically(connection, lambda: _merge(connection, entity, source, path))


def cut_snapshot(connection: Connection, entity: Entity, others: list[Entity], source: str, version: int) -> int:
    """Drop the source's records older than a completed snapshot, also those an earlier mapping put in other entities.

    Return how many were dropped.
    """
    return _atomically(connection, lambda: _cut(connection, entity, others, source, version))


def _atomically(connection: Connection, work: Callable[[], T]) -> T:
    connection.execute("BEGIN")
    try:
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return result


def _merge(connection: Connection, entity: Entity, source: str, path: str) -> int:
    rows = _stage(connection, entity, source, path)
    records = records_table(entity)
    touched = "SELECT _entity_id FROM incoming"
    if is_shared(entity):
        # A record whose matching attributes changed leaves one entity and joins another: both change.
        touched += f" UNION SELECT r._entity_id FROM lake.{records} r JOIN incoming USING (_source, _key)"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE touched AS {touched}")
    columns = ["_version", "_entity_id", *attribute_columns(entity), "_extras"]
    updates = ", ".join(f"{column} = i.{column}" for column in columns)
    names = ", ".join(["_source", "_key", *columns])
    values = ", ".join(f"i.{column}" for column in ["_source", "_key", *columns])
    connection.execute(
        f"MERGE INTO lake.{records} r USING incoming i ON r._source = i._source AND r._key = i._key "
        f"WHEN MATCHED AND i._version > r._version THEN UPDATE SET {updates} "
        f"WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})"
    )
    if is_shared(entity):
        _refresh(connection, entity)
    return rows


def _stage(connection: Connection, entity: Entity, source: str, path: str) -> int:
    """Read the file into `incoming`, without records that a completed snapshot has already outdated."""
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    present = {name for name, *_ in described}
    missing = {"_key", "_version", "_extras"} - present
    if missing:
        raise BatchInvalid(f"The batch {PurePath(path).name} lacks the columns {', '.join(sorted(missing))}.")
    attributes = ", ".join(
        quoted(a.name) if a.name in present else f"NULL AS {quoted(a.name)}" for a in entity.attributes
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS "
        f"SELECT ?::VARCHAR AS _source, _key, _version, {_entity_id(entity, present)} AS _entity_id, "
        f"{attributes}, _extras FROM read_parquet(?) "
        f"WHERE _version >= coalesce((SELECT max(version) FROM lake.{SNAPSHOTS} WHERE source = ?), _version)",
        [source, path, source],
    )
    row = connection.execute("SELECT count(*), count(DISTINCT _key) FROM incoming").fetchone()
    assert row is not None
    if row[0] != row[1]:
        raise BatchInvalid(f"The batch {PurePath(path).name} holds {row[0] - row[1]} repeated keys.")
    return int(row[0])


def _entity_id(entity: Entity, present: set[str]) -> str:
    """Return SQL for the entity's id: equal wherever the matching attributes are, else the record's own.

    Values match without regard to case, accents, punctuation and spacing: "ACME, Inc." is "Acme Inc".
    """
    own = "md5(concat_ws(chr(31), _source, _key))"
    if not entity.match_on or not present.issuperset(entity.match_on):
        return own
    normal = [
        f"trim(regexp_replace(lower(strip_accents({quoted(name)}::VARCHAR)), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
        for name in entity.match_on
    ]
    complete = " AND ".join(f"{value} <> ''" for value in normal)
    return f"CASE WHEN {complete} THEN md5(concat_ws(chr(31), {', '.join(normal)})) ELSE {own} END"


def _refresh(connection: Connection, entity: Entity) -> None:
    """Compute the entities in `touched` again from their records."""
    unified, records = unified_table(entity), records_table(entity)
    connection.execute(f"DELETE FROM lake.{unified} WHERE _entity_id IN (SELECT _entity_id FROM touched)")
    recency = ["updated_at"] if _has_updated_at(entity) else []
    order = ", ".join([*(f"coalesce({c}, '-infinity'::TIMESTAMPTZ)" for c in recency), "_source", "_key"])
    picked = ", ".join(
        f"arg_max({column}, ({order})) FILTER ({column} IS NOT NULL)" for column in attribute_columns(entity)
    )
    connection.execute(
        f"INSERT INTO lake.{unified} (_entity_id, {', '.join(attribute_columns(entity))}, _records, _extras) "
        f"SELECT _entity_id, {picked}, count(*), arg_max(_extras, ({order})) FROM lake.{records} "
        f"WHERE _entity_id IN (SELECT _entity_id FROM touched) GROUP BY _entity_id"
    )


def _has_updated_at(entity: Entity) -> bool:
    attribute = entity.attribute("updated_at")
    return attribute is not None and attribute.type is AttributeType.TIMESTAMP


def _cut(connection: Connection, entity: Entity, others: list[Entity], source: str, version: int) -> int:
    connection.execute(f"INSERT INTO lake.{SNAPSHOTS} VALUES (?, ?)", [source, version])
    dropped = _drop(connection, entity, "_source = ? AND _version < ?", [source, version])
    return dropped + sum(_drop(connection, other, "_source = ?", [source]) for other in others)


def _drop(connection: Connection, entity: Entity, condition: str, values: list[str | int]) -> int:
    records = records_table(entity)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT _entity_id FROM lake.{records} WHERE {condition}", values
    )
    row = connection.execute("SELECT count(*) FROM touched").fetchone()
    assert row is not None
    if row[0]:
        connection.execute(f"DELETE FROM lake.{records} WHERE {condition}", values)
        if is_shared(entity):
            _refresh(connection, entity)
    return int(row[0])
