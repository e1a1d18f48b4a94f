"""Records that their source says are gone: out of the records' table, and remembered, so that none comes back late.

A delete is a row of a canonical file whose `_deleted` is true; it has a key and a version, and no values. It overtakes
records of its own and of older versions and is overtaken by newer ones, in whatever order they arrive and however
often: the table of tombstones knows what was deleted at which version until a newer record or snapshot comes.
"""

from collections.abc import Sequence

import duckdb

from dcl.adapters.lake.tables import TOMBSTONES, is_shared, records_table
from dcl.domain.ontology import Entity

Connection = duckdb.DuckDBPyConnection
DELETED = "_deleted"
_SAME = "r._source = ? AND r._key = g._key"


def bury(connection: Connection, entity: Entity, source: str, paths: Sequence[str], newest: int) -> None:
    """Carry out the files' deletes; those older than the newest snapshot say nothing that it does not."""
    if not paths or not _mention(connection, paths):
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE gone AS SELECT _key, _version FROM read_parquet(?, union_by_name = true) "
        f"WHERE {DELETED} AND _version >= ?",
        [list(paths), newest],
    )
    records = f"lake.{records_table(entity)}"
    if is_shared(entity):
        left = f"SELECT r._entity_id FROM {records} r JOIN gone g ON {_SAME} AND r._version <= g._version"
        connection.execute(f"INSERT INTO touched {left}", [source])
    connection.execute(f"DELETE FROM {records} r USING gone g WHERE {_SAME} AND r._version <= g._version", [source])
    older = f"DELETE FROM lake.{TOMBSTONES} r USING gone g WHERE {_SAME} AND r._version < g._version"
    connection.execute(older, [source])
    connection.execute(
        f"INSERT INTO lake.{TOMBSTONES} (_source, _key, _version) SELECT ?, g._key, g._version FROM gone g "
        f"WHERE NOT EXISTS (FROM lake.{TOMBSTONES} r WHERE {_SAME}) AND NOT EXISTS (FROM {records} r WHERE {_SAME})",
        [source, source, source],
    )
    connection.execute("DROP TABLE gone")


def _mention(connection: Connection, paths: Sequence[str]) -> bool:
    sql = "DESCRIBE SELECT * FROM read_parquet(?, union_by_name = true)"
    return any(name == DELETED for name, *_ in connection.execute(sql, [list(paths)]).fetchall())


def tombstones_of(connection: Connection, source: str) -> int:
    """Return how many records of a source are remembered as gone."""
    row = connection.execute(f"SELECT count(*) FROM lake.{TOMBSTONES} WHERE _source = ?", [source]).fetchone()
    assert row is not None
    return int(row[0])


def settle_incoming(connection: Connection, source: str) -> None:
    """Take out of `incoming` what a delete has overtaken, and forget the deletes that the rest overtakes."""
    at_most = "t._source = ? AND t._key = i._key AND t._version >= i._version"
    connection.execute(f"DELETE FROM incoming i USING lake.{TOMBSTONES} t WHERE {at_most}", [source])
    overtaken = "_source = ? AND _key IN (SELECT _key FROM incoming)"
    connection.execute(f"DELETE FROM lake.{TOMBSTONES} WHERE {overtaken}", [source])
