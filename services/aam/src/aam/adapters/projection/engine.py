"""Runs a compiled mapping over Arrow batches with DuckDB."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from aos_common.tabular.values import python_rows

from aam.adapters.projection.compiler import BATCH, KEY_MISSING, ROW, Program
from aam.adapters.projection.expressions import identifier
from aam.adapters.projection.families import plain
from aam.adapters.projection.handing import constant
from aam.adapters.projection.reasons import reason_of
from aam.domain.errors import ProjectionFailed
from aam.domain.quarantine import Misfit

VALUE_KEPT = 2_000
RECORD_KEPT = 16_384


@dataclass(frozen=True)
class Projected:
    """Canonical rows of one batch, and the rows that did not fit."""

    rows: pa.Table
    misfits: tuple[Misfit, ...]


class Engine:
    """One DuckDB for one stream of one run; not to be shared between threads.

    Memory is bounded by `memory_mb`; what does not fit spills into `scratch`.
    """

    def __init__(self, scratch: Path, *, memory_mb: int = 64, threads: int = 1) -> None:
        self._duck = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": threads,
                "temp_directory": str(scratch / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": True,
            }
        )
        self._duck.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Free the engine."""
        self._duck.close()

    def project(
        self,
        program: Program,
        data: pa.RecordBatch,
        rows: pa.Array,
        file: str,
        *,
        told: pa.RecordBatch | None = None,
        made: Mapping[str, pa.Array] | None = None,
    ) -> Projected:
        """Canonical form of a batch; every row of it is either in the result or among its misfits.

        Misfits show what their source `told`, where that is not `data` itself. `made` are the outputs that `program`
        leaves out.
        """
        if not program.sql:
            return Projected(_assembled(program, made or {}, rows), ())
        names = [*(f"c{position}" for position in range(data.num_columns)), ROW]
        batch = pa.Table.from_arrays([*(plain(column) for column in data.columns), rows], names=names)
        try:
            with self._registered(batch):
                result: pa.Table = self._duck.execute(program.sql).to_arrow_table()
        except duckdb.Error as error:
            raise ProjectionFailed(
                f"{file}: the mapping could not be carried out ({str(error).splitlines()[0]}).",
                hint="Correct the transforms of its mapping; where memory or disk ran out, free some and sync again.",
            ) from error
        computed = {name: result.column(name) for name in result.column_names}
        canonical, bad = _assembled(program, {**computed, **(made or {})}, rows), result.column("_bad")
        if bad.null_count == len(bad):
            return Projected(canonical, ())
        wrong = pc.is_valid(bad)
        right = pc.invert(wrong)
        misfits = tuple(
            _misfit(program, index, row, number, file)
            for index, row, number in zip(
                bad.filter(wrong).to_pylist(),
                python_rows((data if told is None else told).filter(wrong.combine_chunks())),
                rows.filter(wrong.combine_chunks()).to_pylist(),
                strict=True,
            )
        )
        return Projected(canonical.filter(right), misfits)

    def repeated_keys(self, files: Sequence[Path], limit: int) -> pa.Table:
        """Every row but the first of each key: `_key`, `_row`, `first` (the row kept), by `_row`; `limit` at most."""
        # Grouping by a 64-bit hash first keeps the table of all keys small; texts are compared for the few hits only.
        query = """
            WITH hits AS (SELECT hash(_key) AS h FROM read_parquet($1) GROUP BY h HAVING count(*) > 1),
            suspects AS (SELECT _key, _row FROM read_parquet($1) WHERE hash(_key) IN (SELECT h FROM hits)),
            kept AS (SELECT _key, min(_row) AS first FROM suspects GROUP BY _key HAVING count(*) > 1)
            SELECT _key, _row, first FROM suspects JOIN kept USING (_key) WHERE _row <> first ORDER BY _row LIMIT $2"""
        table: pa.Table = self._duck.execute(query, [[str(file) for file in files], limit]).to_arrow_table()
        return table

    def outdated(self, files: Sequence[Path], *, without_deletes: bool) -> pa.Table:
        """Every row whose key a later row has, in the order of files and rows: its `file` and its `place` from 0.

        `without_deletes` adds the rows that say a record is gone.
        """
        deletes = "OR _deleted" if without_deletes else ""
        union = ", union_by_name = true" if without_deletes else ""
        read = f"read_parquet($1, filename = true, file_row_number = true{union})"
        query = f"""
            WITH hits AS (SELECT hash(_key) AS h FROM {read} GROUP BY h HAVING count(*) > 1),
            suspects AS (
                SELECT filename AS file, file_row_number AS place,
                    row_number() OVER (PARTITION BY _key ORDER BY filename DESC, file_row_number DESC) AS nth
                FROM {read} WHERE hash(_key) IN (SELECT h FROM hits))
            SELECT file, place FROM suspects WHERE nth > 1
            {f"UNION SELECT filename, file_row_number FROM {read} WHERE FALSE {deletes}" if deletes else ""}"""  # noqa: S608  constants
        table: pa.Table = self._duck.execute(query, [[str(file) for file in files]]).to_arrow_table()
        return table

    def content(self, rows: Sequence[Path] | pa.Table, columns: Sequence[str]) -> int:
        """What is equal for equal sets of rows, whatever their order: the sum of 64-bit row hashes."""
        names = ", ".join(map(identifier, columns))
        if isinstance(rows, pa.Table):
            with self._registered(rows):
                found = self._duck.execute(f"SELECT sum(hash({names})) FROM {BATCH}").fetchone()  # noqa: S608  quoted names
        else:
            query = f"SELECT sum(hash({names})) FROM read_parquet($1)"  # noqa: S608  quoted names
            found = self._duck.execute(query, [[str(file) for file in rows]]).fetchone()
        assert found is not None
        return int(found[0] or 0)

    @contextmanager
    def _registered(self, batch: pa.Table) -> Iterator[None]:
        self._duck.register(BATCH, batch)
        try:
            yield
        finally:
            self._duck.unregister(BATCH)


def _assembled(program: Program, columns: Mapping[str, pa.Array | pa.ChunkedArray], rows: pa.Array) -> pa.Table:
    """The canonical columns in their order: computed, made or constant."""
    constants = {"_source": constant(program.source, len(rows)), "_row": rows}
    if "_version" not in columns:
        constants["_version"] = pa.repeat(pa.scalar(program.version, pa.int64()), len(rows))
    every = {**columns, **constants}
    return pa.table({name: every[name] for name in program.outputs})


def _misfit(program: Program, index: int, row: dict[str, Any], number: int, file: str) -> Misfit:
    record = record_text(row)
    if index == KEY_MISSING:
        empty = next((name for name in program.key_columns if row[name] in (None, "")), program.key_columns[0])
        return Misfit(file, number, empty, "", "the key column is empty", record)
    field = program.fields[index]
    value = str(row[field.source])
    return Misfit(file, number, field.source, value[:VALUE_KEPT], reason_of(value, field.transform), record)


def record_text(row: dict[str, Any]) -> str:
    """A source row as JSON text, at most 16 Ki characters."""
    return json.dumps(row, default=str, ensure_ascii=False)[:RECORD_KEPT]
