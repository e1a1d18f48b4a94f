"""Applying what a run announced of a stream to the lake: idempotent, order-free, in one lake transaction.

A record is replaced only by a newer source version, so streams may be applied twice and in any order; what a source
says is gone stays gone until a newer version comes (see `deletions`). A unified entity is a function of its records
alone: each attribute comes from the record with the latest `updated_at` of its own, then by source and key; nothing
depends on when a record arrived. Only entities that a stream touches are computed again.
"""

import contextlib
from collections.abc import Sequence

import duckdb

from dcl.adapters.lake.deletions import DELETED, bury, settle_incoming, tombstones_of
from dcl.adapters.lake.tables import (
    FENCE,
    SNAPSHOTS,
    TOMBSTONES,
    attribute_columns,
    is_shared,
    quoted,
    records_table,
    unified_table,
)
from dcl.domain.errors import BatchInvalid
from dcl.domain.ontology import AttributeType, Entity

Connection = duckdb.DuckDBPyConnection
FILES_AT_ONCE = 8
"""Files merged in one statement; bounds the memory of a merge."""


def apply_stream(
    connection: Connection, entity: Entity, others: Sequence[Entity], source: str, paths: Sequence[str], snapshot: int
) -> None:
    """Apply the canonical files of a stream.

    With a `snapshot` version above 0 the files are all there is: the source's older records go, also those that an
    earlier mapping put in other entities. A snapshot older than one that was applied before changes nothing. Of two
    applications at once one fails with a conflict, even if a lock that should keep them apart was lost.
    """
    connection.execute("BEGIN")
    try:
        connection.execute(f"UPDATE lake.{SNAPSHOTS} SET version = version + 1 WHERE source = ?", [FENCE])
        connection.execute("CREATE OR REPLACE TEMP TABLE touched (_entity_id VARCHAR)")
        newest = _scalar(connection, f"SELECT coalesce(max(version), 0) FROM lake.{SNAPSHOTS} WHERE source = ?", source)
        if not snapshot or snapshot >= newest:
            _apply(connection, entity, source, paths, snapshot, newest)
            _refresh(connection, entity)
        if snapshot > newest:
            connection.execute(f"DELETE FROM lake.{SNAPSHOTS} WHERE source = ?", [source])
            connection.execute(f"INSERT INTO lake.{SNAPSHOTS} VALUES (?, ?)", [source, snapshot])
            for other in _occupied(connection, others):
                _leave(connection, other, source)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a failed COMMIT has rolled back; what failed is to be heard of
            connection.execute("ROLLBACK")
        raise


def _apply(
    connection: Connection, entity: Entity, source: str, paths: Sequence[str], snapshot: int, newest: int
) -> None:
    if snapshot:
        _drop(connection, entity, "_source = ? AND _version < ?", [source, snapshot])
        connection.execute(f"DELETE FROM lake.{TOMBSTONES} WHERE _source = ? AND _version < ?", [source, snapshot])
    records = records_table(entity)
    known = _scalar(connection, f"SELECT count(*) FROM lake.{records} WHERE _source = ?", source)
    known += tombstones_of(connection, source)
    groups = [list(paths[begin : begin + FILES_AT_ONCE]) for begin in range(0, len(paths), FILES_AT_ONCE)]
    selections = [_selection(connection, entity, files) for files in groups]
    if paths:
        _refuse_repeated(connection, source, paths)
    bury(connection, entity, source, paths, newest)
    for files, selected in zip(groups, selections, strict=True):
        if known:
            _merge(connection, entity, source, files, selected)
        else:
            _insert(connection, entity, source, files, selected)


def _scalar(connection: Connection, sql: str, *values: str | int) -> int:
    row = connection.execute(sql, list(values)).fetchone()
    assert row is not None
    return int(row[0])


def _selection(connection: Connection, entity: Entity, files: list[str]) -> str:
    """Return SQL that reads the files in the columns of the records' table; its parameters are source and files."""
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?, union_by_name = true)", [files]).fetchall()
    present = {name for name, *_ in described}
    missing = {"_key", "_version", "_extras"} - present
    if missing:
        raise BatchInvalid(f"A canonical batch lacks the columns {', '.join(sorted(missing))}.")
    attributes = [quoted(a.name) if a.name in present else f"NULL AS {quoted(a.name)}" for a in entity.attributes]
    read = ", ".join(["?::VARCHAR AS _source", "_key", "_version", *attributes, "_extras"])
    names = ", ".join(attribute_columns(entity))
    living = f" WHERE {DELETED} IS NOT TRUE" if DELETED in present else ""
    return (
        f"SELECT _source, _key, _version, {_entity_id(entity, present)} AS _entity_id, {names}, _extras "
        f"FROM (SELECT {read} FROM read_parquet(?, union_by_name = true){living})"
    )


def _columns(entity: Entity) -> list[str]:
    return ["_source", "_key", "_version", "_entity_id", *attribute_columns(entity), "_extras"]


def _insert(connection: Connection, entity: Entity, source: str, files: list[str], selected: str) -> None:
    """The source is new to the table: no record of it can be there to be replaced."""
    names = ", ".join(_columns(entity))
    connection.execute(f"INSERT INTO lake.{records_table(entity)} ({names}) {selected}", [source, files])
    if is_shared(entity):
        touched = f"SELECT _entity_id FROM lake.{records_table(entity)} WHERE _source = ?"
        connection.execute(f"INSERT INTO touched {touched}", [source])


def _refuse_repeated(connection: Connection, source: str, paths: Sequence[str]) -> None:
    keys = connection.execute(
        "SELECT count(*) - count(DISTINCT _key) FROM read_parquet(?, union_by_name = true)", [list(paths)]
    ).fetchone()
    assert keys is not None
    if keys[0]:
        raise BatchInvalid(f"The stream {source} repeats {keys[0]} keys.")


def _merge(connection: Connection, entity: Entity, source: str, files: list[str], selected: str) -> None:
    """Replace older records, add new ones; records that a snapshot has outdated stay away."""
    newest = f"SELECT max(version) FROM lake.{SNAPSHOTS} WHERE source = ?"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM ({selected}) "
        f"WHERE _version >= coalesce(({newest}), _version)",
        [source, files, source],
    )
    if tombstones_of(connection, source):
        settle_incoming(connection, source)
    records = records_table(entity)
    if is_shared(entity):
        # A record whose matching attributes changed leaves one entity and joins another: both change.
        left = f"SELECT r._entity_id FROM lake.{records} r JOIN incoming USING (_source, _key)"
        connection.execute(f"INSERT INTO touched SELECT _entity_id FROM incoming UNION {left}")
    columns = _columns(entity)
    updates = ", ".join(f"{column} = i.{column}" for column in columns[2:])
    values = ", ".join(f"i.{column}" for column in columns)
    connection.execute(
        f"MERGE INTO lake.{records} r USING incoming i ON r._source = i._source AND r._key = i._key "
        f"WHEN MATCHED AND i._version > r._version THEN UPDATE SET {updates} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(columns)}) VALUES ({values})"
    )
    connection.execute("DROP TABLE incoming")


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
    if not is_shared(entity) or not _scalar(connection, "SELECT count(*) FROM touched"):
        return
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


def _occupied(connection: Connection, entities: Sequence[Entity]) -> list[Entity]:
    """The entities that have any record: asking each table for a source's takes more than twice as long."""
    parts = [f"(SELECT {place} FROM lake.{records_table(one)} LIMIT 1)" for place, one in enumerate(entities)]
    found = connection.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
    return [entities[place] for (place,) in found]


def _leave(connection: Connection, entity: Entity, source: str) -> None:
    """Take a source's records out of an entity it is no longer mapped to."""
    connection.execute("DELETE FROM touched")
    _drop(connection, entity, "_source = ?", [source])
    _refresh(connection, entity)


def _drop(connection: Connection, entity: Entity, condition: str, values: list[str | int]) -> None:
    records = records_table(entity)
    if not _scalar(connection, f"SELECT count(*) FROM lake.{records} WHERE {condition}", *values):
        return
    if is_shared(entity):
        gone = f"SELECT _entity_id FROM lake.{records} WHERE {condition}"
        connection.execute(f"INSERT INTO touched {gone}", values)
    connection.execute(f"DELETE FROM lake.{records} WHERE {condition}", values)
