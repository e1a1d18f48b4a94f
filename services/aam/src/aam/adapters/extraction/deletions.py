"""Deletes among the records of one reading, and the rule that a key is announced once, by its last mention."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.extraction.spool import Spool
from aam.adapters.projection.compiler import compile_mapping
from aam.adapters.projection.engine import Engine
from aam.domain.landing import source_id
from aam.domain.mapping import Mapping
from aam.ports import Task

DELETED = "_deleted"


def tombstones(
    engine: Engine, task: Task, mapping: Mapping, gone: pa.RecordBatch, *, file: str, version: int, version_column: str
) -> pa.Table:
    """Keys of gone records as canonical rows without values.

    `version` is theirs, or what is added to the column `version_column` of `gone`. A record without a key was never
    announced, and neither is its end.
    """
    keys = replace(mapping, fields=())
    source = source_id(task.connection_id, task.stream.name)
    program = compile_mapping(
        keys, gone.schema, source=source, file=file, version=version, version_column=version_column
    )
    nowhere = pa.array([0] * gone.num_rows, pa.int64())
    rows = engine.project(program, gone, nowhere, file).rows
    extras = rows.schema.get_field_index("_extras")
    rows = rows.set_column(extras, "_extras", pa.nulls(rows.num_rows, pa.string()))
    return rows.append_column(DELETED, pa.array([True] * rows.num_rows, pa.bool_()))


def with_tombstones(rows: pa.Table, gone: pa.Table) -> pa.Table:
    """One canonical batch: its records, then what is gone."""
    if not rows.num_rows:
        return gone
    return pa.concat_tables([rows, gone], promote_options="default")


def settle_repeated(engine: Engine, spool: Spool, *, snapshot: bool) -> None:
    """Take every mention of a key but the last out of the spool; out of a whole reading, all deletes as well."""
    if not spool.files():
        return
    outdated = engine.outdated(spool.files(), without_deletes=snapshot and spool.has_column(DELETED))
    if not outdated.num_rows:
        return
    files = outdated.column("file")
    places = {
        spool.index_of(name): outdated.column("place").filter(pc.equal(files, name)).combine_chunks()
        for name in pc.unique(files).to_pylist()
    }
    spool.drop_places(places)
