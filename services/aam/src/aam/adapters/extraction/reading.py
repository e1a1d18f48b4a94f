"""One stream read from end to end: landed, projected, checked for repeated keys, and only then handed on."""

import hashlib
from dataclasses import dataclass, field, replace

import pyarrow as pa
from aos_common.objects import TenantObjects

from aam.adapters.extraction.duplicates import repeated
from aam.adapters.extraction.spool import Spool, write_parquet
from aam.adapters.projection.compiler import EPOCH_BITS, Program, compile_mapping
from aam.adapters.projection.engine import Engine
from aam.domain.errors import MappingInvalid, QuarantineFull, RunCancelled
from aam.domain.landing import CANONICAL, LANDING, BatchName, source_id
from aam.domain.mapping import Mapping
from aam.domain.quarantine import Misfit
from aam.ports import Extraction, Json, Progress, SourceBatch, StreamRead, Task

ROW_COLUMN = "_aos_row"


class RecordsGone(Exception):
    """A reading of changes has met records that are gone."""


@dataclass
class Reading:
    """The state of one reading; `limit` bounds the rows set aside."""

    task: Task
    read: StreamRead
    engine: Engine
    spool: Spool
    objects: TenantObjects
    limit: int
    misfits: list[Misfit] = field(default_factory=list)
    names: dict[int, BatchName] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The source version of every row; with a cursor column, what is added to each row's own.

        Each whole reading begins above all that was published before, so that its rows replace them.
        """
        before = self.task.stream.version
        if not self.read.schema.cursor:
            return before + 1
        epoch = (before >> EPOCH_BITS) + (1 if self.read.snapshot else 0)
        return epoch << EPOCH_BITS

    @property
    def mapping(self) -> Mapping:
        """The mapping in force; the source's own key where the mapping names none."""
        found = self.task.stream.mapping
        if found is None:
            raise MappingInvalid(f"{self.task.stream.name} has no mapping.", hint="Approve the proposal for it.")
        return replace(found, key_columns=found.key_columns or self.read.schema.primary_key)

    def run(self, progress: Progress) -> Extraction:
        """Read to the end, then upload what is to be announced."""
        program: Program | None = None
        for index, batch in enumerate(self.read.batches()):
            if progress.cancelled:
                raise RunCancelled(f"{self.task.stream.name}: the run was cancelled.")
            program = program or self._program(batch.data.schema)
            self._take(index, batch, program, progress)
        self._set_aside_repeated()
        progress.rows_published = self.spool.rows
        progress.rows_quarantined = len(self.misfits)
        cursor = dict(self.read.cursor()) or {"content": self._content()}
        start = dict(start_of(self.task))
        nothing_new = cursor == start if "content" in cursor else not (self.read.snapshot or self.names)
        if nothing_new:
            drop_written(self.objects, self.task)
            return Extraction(rows_read=progress.rows_read, unchanged=True, cursor=cursor)
        return Extraction(
            batches=tuple(self.spool.upload(self.objects, self.names)),
            misfits=tuple(self.misfits),
            rows_read=progress.rows_read,
            snapshot=self.read.snapshot,
            version=self.version,
            cursor=cursor,
        )

    def _take(self, index: int, batch: SourceBatch, program: Program, progress: Progress) -> None:
        if batch.deleted is not None and batch.deleted.num_rows:
            raise RecordsGone
        self.names[index] = self.task.batch(index)
        write_parquet(self.objects, self.names[index].landing_key, landed(batch))
        result = self.engine.project(program, batch.data, batch.rows, self.read.file)
        self.spool.add(index, result.rows)
        self.misfits += [*batch.misfits, *result.misfits]
        self._bound()
        progress.rows_read += batch.data.num_rows + len(batch.misfits)
        progress.rows_published += result.rows.num_rows
        progress.rows_quarantined = len(self.misfits)

    def _program(self, schema: pa.Schema) -> Program:
        return compile_mapping(
            self.mapping,
            schema,
            source=source_id(self.task.connection_id, self.task.stream.name),
            file=self.read.file,
            version=self.version,
            version_column=self.read.schema.cursor,
        )

    def _set_aside_repeated(self) -> None:
        """Not needed where the source itself guarantees the key."""
        keys, declared = self.mapping.key_columns, set(self.read.schema.primary_key)
        if keys and not (declared and declared <= set(keys)):
            found = repeated(
                self.engine,
                self.spool,
                self.names,
                self.objects,
                file=self.read.file,
                keys=keys,
                limit=self.limit,
            )
            self.misfits += found
            self._bound()

    def _bound(self) -> None:
        if len(self.misfits) > self.limit:
            first = self.misfits[0]
            raise QuarantineFull(
                f"{self.task.stream.name}: more than {self.limit} rows do not fit; the first is row {first.row}: "
                f"{first.column} = {first.value[:80]!r} ({first.reason}).",
                hint="Correct the mapping or the source, then sync again.",
            )

    def _content(self) -> str:
        """A text that is equal when the stream holds the same rows as before, whatever their order."""
        ignored = {"_version", "_row"} if self.mapping.key_columns else {"_version", "_row", "_key"}
        columns = [name for name in self.spool.columns() if name not in ignored]
        rows = self.engine.content(self.spool.files(), columns) if columns else "0"
        refused = "\n".join(sorted(misfit.record for misfit in self.misfits))
        return f"{rows}:{hashlib.sha256(refused.encode()).hexdigest()[:16]}"


def landed(batch: SourceBatch) -> pa.Table:
    """The batch as the source gave it, with its record numbers, so that a replay can locate every row."""
    return pa.Table.from_arrays([*batch.data.columns, batch.rows], names=[*batch.data.schema.names, ROW_COLUMN])


def start_of(task: Task) -> Json:
    """Where to read from: the saved cursor, or the beginning when another mapping version published it."""
    mapping = task.stream.mapping
    same = mapping is not None and mapping.version == task.stream.published_mapping
    return task.stream.cursor if same else {}


def drop_written(objects: TenantObjects, task: Task) -> None:
    """Delete what this attempt has written of the stream."""
    for kind in (LANDING, CANONICAL):
        objects.delete_prefix(f"{kind}/{task.batch(0).folder}")
