"""Reads one stream of a source, once: lands every batch as it came and projects it to canonical form."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

from aos_common.objects import ObjectStore

from aam.adapters.extraction.landed import LandedSource
from aam.adapters.extraction.reading import Reading, RecordsGone, drop_unsaved, landed, start_of
from aam.adapters.extraction.restoring import Trail, restored, usable
from aam.adapters.extraction.sampling import sample_columns
from aam.adapters.extraction.spool import Spool, write_parquet
from aam.adapters.projection.engine import Engine
from aam.domain.connection import Stream
from aam.domain.errors import BackfillRefused, SchemaChanged
from aam.domain.landing import CANONICAL, LANDING, deleted_key, run_of, safe
from aam.domain.schema import compare, fingerprint
from aam.ports import (
    Checkpoint,
    Extraction,
    Json,
    Landed,
    Progress,
    RangedSource,
    SampleColumn,
    SchemalessSource,
    Source,
    SourceBatch,
    StreamRead,
    Task,
)


class ArrowExtractor:
    """Extracts into an object store; every method blocks and may run in several threads at once.

    Local scratch space is used for the canonical form of one stream. Memory is bounded by one batch and `memory_mb`.
    """

    def __init__(
        self, objects: ObjectStore, *, quarantine_limit: int, scratch: Path | None = None, memory_mb: int = 64
    ) -> None:
        self._objects, self._scratch = objects, scratch
        self._limit, self._memory_mb = quarantine_limit, memory_mb

    def extract(self, task: Task, source: Source, progress: Progress) -> Extraction:
        """Read, land and project one stream, from its last checkpoint on; on failure what has no checkpoint goes."""
        kept = usable(task)
        try:
            return self._extracted(task, source, progress, start_of(task), kept)
        except RecordsGone:
            # What the source tells of a gone record is not the key it was announced by; a whole reading tells all.
            if task.checkpoints:
                task.checkpoints.clear()
            return self._extracted(task, source, progress, {}, [])

    def _extracted(
        self, task: Task, source: Source, progress: Progress, start: Json, kept: list[Checkpoint]
    ) -> Extraction:
        objects, trail = self._objects.tenant(task.tenant_id), Trail()
        try:
            with (
                tempfile.TemporaryDirectory(prefix="aam-", dir=self._scratch) as folder,
                opened(task, source, kept[-1].state if kept else start) as read,
            ):
                refuse_drift(task, read)
                if kept and task.checkpoints and read.snapshot:  # it does not know the place, and reads all of it
                    task.checkpoints.clear()
                    kept = []
                if read.unchanged and not kept:
                    cursor = task.stream.cursor if task.span else read.cursor()
                    return Extraction(unchanged=True, snapshot=False, cursor=cursor)
                spool = Spool(Path(folder), objects)
                trail = restored(kept, spool, objects)
                with self._engine(Path(folder)) as engine:
                    reading = Reading(task, read, engine, spool, objects, self._limit, trail)
                    reading.snapshot = kept[0].snapshot if kept else read.snapshot and not task.span
                    reading.resumed = bool(kept)
                    return reading.run(progress)
        except BaseException:
            drop_unsaved(objects, task, trail)
            raise

    def discard(self, task: Task, keep: Collection[str]) -> None:
        """Delete what all attempts of the run have written of the stream, except the keys to keep."""
        objects = self._objects.tenant(task.tenant_id)
        for kind in (LANDING, CANONICAL):
            for key in objects.list(f"{kind}/{task.connection_id}/{safe(task.stream.name)}"):
                whole = key.replace(".deleted.parquet", ".parquet")
                if run_of(key) == str(task.run_id) and whole not in keep:
                    objects.delete_prefix(key)

    @contextmanager
    def _engine(self, folder: Path) -> Iterator[Engine]:
        engine = Engine(folder, memory_mb=self._memory_mb)
        try:
            yield engine
        finally:
            engine.close()

    def sample(self, task: Task, source: Source, rows: int) -> list[SampleColumn]:
        """Land the first rows of a stream and return them as texts, column by column."""
        objects = self._objects.tenant(task.tenant_id)
        with opened(task, source, {}) as read:
            batch = next(read.batches(), None)
            if batch is None:
                return sample_columns(read.schema, None)
            first = SourceBatch(batch.data.slice(0, rows), batch.rows.slice(0, rows))
            write_parquet(objects, task.batch(0).landing_key, landed(first))
            return sample_columns(read.schema, first.data)

    def landed(self, tenant_id: UUID, stream: Stream, landed: Sequence[Landed]) -> Source:
        """What has landed of a stream as a source."""
        return LandedSource(self._objects.tenant(tenant_id), stream, landed)

    def drop(self, tenant_id: UUID, keys: Collection[str]) -> None:
        """Delete batches by their keys, and the keys of gone records beside them."""
        objects = self._objects.tenant(tenant_id)
        for key in keys:
            for one in (key, deleted_key(key)):
                objects.delete_prefix(one)

    def forget(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Delete everything landed for a connection."""
        objects = self._objects.tenant(tenant_id)
        for kind in (LANDING, CANONICAL):
            objects.delete_prefix(f"{kind}/{connection_id}")


def opened(task: Task, source: Source, start: Json) -> AbstractContextManager[StreamRead]:
    """The stream's reading; in its accepted shape where the source declares none."""
    if task.span:
        if not isinstance(source, RangedSource):
            raise BackfillRefused(
                f"{source.location} cannot be read in ranges.", hint="Read the stream whole: full_refresh."
            )
        return source.read_span(task.stream.name, task.span, start, task.stream.schema)
    if isinstance(source, SchemalessSource):
        return source.read_as(task.stream.name, start, task.stream.schema)
    return source.read(task.stream.name, start)


def refuse_drift(task: Task, read: StreamRead) -> None:
    """Raise `SchemaChanged` when the stream's shape is not its baseline's."""
    if not task.holds_on_drift or task.stream.schema is None:
        return
    if fingerprint(read.schema.columns) == task.stream.fingerprint:
        return
    diff = compare(task.stream.schema.columns, read.schema.columns)
    raise SchemaChanged(
        f"{task.stream.name} has another shape than its baseline: {diff}.",
        hint="Discover the connection again to accept the new shape; a new mapping is proposed for it.",
        added="\n".join(diff.added),
        removed="\n".join(diff.removed),
        changed="\n".join(f"{change.name}: {change.before} -> {change.after}" for change in diff.changed),
    )
