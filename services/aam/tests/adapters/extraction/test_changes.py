"""A reading of changes: deletes become rows, a key is announced once, and a broken reading goes on where it stood."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.domain.connection import Stream, StreamState
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.quarantine import Misfit
from aam.domain.schema import Column, StreamSchema, fingerprint
from aam.ports import Checkpoint, Extraction, Progress, SourceBatch, Task
from aos_common.objects import ObjectStore

TENANT, CONNECTION = uuid4(), uuid4()
ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))
COLUMNS = (Column("id", "string"), Column("n", "int64"))
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Script:
    """A source that says what it is told to, a step a batch: rows as {id: n}, or the ids that are gone."""

    steps: list[dict[str, int] | list[str]]
    snapshot: bool = False
    breaks_at: int = -1
    key: tuple[str, ...] = ("id",)
    cursor_column: str = ""
    told: bool = False
    misfit_at: int = -1
    schema: StreamSchema = field(init=False)
    file: str = "items"
    unchanged: bool = False
    location: str = "here"
    reads: list[int] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    skipped: int = 0

    def __post_init__(self) -> None:
        more = (Column("at", "timestamp[us, tz=UTC]"),) if self.cursor_column else ()
        self.schema = StreamSchema((*COLUMNS, *more), self.key, self.cursor_column)

    @contextmanager
    def read(self, stream: str, cursor: Any) -> Iterator["Script"]:
        if cursor.get("end"):
            yield replace(self, steps=self.changes, snapshot=False)
        elif "step" in cursor:
            yield replace(self, steps=self.steps[cursor["step"] :], skipped=cursor["step"], snapshot=False)
        else:
            yield replace(self)

    def batches(self) -> Iterator[SourceBatch]:
        for number, step in enumerate(self.steps):
            if number == self.breaks_at:
                raise ConnectionError("gone away")
            self.reads.append(len(step))
            yield self._batch(step, number)

    def _batch(self, step: dict[str, int] | list[str], number: int) -> SourceBatch:
        rows = step if isinstance(step, dict) else {}
        at = [EPOCH + timedelta(seconds=n) for n in rows.values()]
        data = {"id": pa.array(list(rows), pa.string()), "n": pa.array(list(rows.values()), pa.int64())}
        if self.cursor_column:
            data["at"] = pa.array(at, pa.timestamp("us", "UTC"))
        gone = None
        if isinstance(step, list):
            keys = {self.key[0]: pa.array(step, pa.string())}
            if self.told:
                keys["at"] = pa.array([EPOCH + timedelta(seconds=50)] * len(step), pa.timestamp("us", "UTC"))
            gone = pa.RecordBatch.from_pydict(keys)
        misfits = (Misfit("items", 1, "n", "x", "odd", "{}"),) if self.skipped + number == self.misfit_at else ()
        state = {"step": self.skipped + number + 1}
        return SourceBatch(pa.RecordBatch.from_pydict(data), pa.array(range(1, len(rows) + 1)), misfits, state, gone)

    def cursor(self) -> dict[str, Any]:
        return {"end": True}


class Kept:
    """Checkpoints in memory."""

    def __init__(self) -> None:
        self.all: list[Checkpoint] = []

    def load(self) -> list[Checkpoint]:
        return list(self.all)

    def save(self, checkpoint: Checkpoint) -> None:
        self.all.append(checkpoint)

    def clear(self) -> None:
        self.all.clear()


def task(source: Any, **changes: Any) -> Task:
    mark = fingerprint(source.schema.columns)
    stream = Stream(CONNECTION, "items", StreamState.READY, source.schema, mark, ITEMS, version=4)
    return Task(TENANT, CONNECTION, uuid4(), "one", replace(stream, **changes))


def rows(objects: ObjectStore, found: Extraction) -> list[tuple[str, int | None, int]]:
    store = objects.tenant(TENANT)
    tables = [pq.read_table(store.path(name.canonical_key)).to_pylist() for name, _ in found.batches]
    return sorted((row["_key"], row.get("n"), row["_version"]) for table in tables for row in table)


@pytest.fixture
def extractor(objects: ObjectStore) -> ArrowExtractor:
    return ArrowExtractor(objects, quarantine_limit=10)


def test_changes_when_records_go_and_come_then_the_last_mention_of_each_counts(
    extractor: ArrowExtractor, objects: ObjectStore
) -> None:
    source = Script([{"a": 1, "b": 2}, ["a", "c"], {"c": 3, "b": 4}, ["d"]])
    found = extractor.extract(task(source), source, Progress())
    assert rows(objects, found) == [("a", None, 5), ("b", 4, 5), ("c", 3, 5), ("d", None, 5)]
    assert (found.published, found.snapshot, found.version) == (2, False, 5)


def test_changes_when_the_whole_stream_is_read_then_what_is_gone_is_not_announced(
    extractor: ArrowExtractor, objects: ObjectStore
) -> None:
    source = Script([{"a": 1, "b": 2}, ["a", "c"]], snapshot=True)
    found = extractor.extract(task(source), source, Progress())
    assert (rows(objects, found), found.deleted, found.snapshot) == ([("b", 2, 5)], 0, True)


@pytest.mark.parametrize(("told", "second"), [(True, 50), (False, 9)])
def test_delete_when_rows_carry_their_times_then_it_has_its_own_or_the_latest_so_far(
    extractor: ArrowExtractor, objects: ObjectStore, told: bool, second: int
) -> None:
    source = Script([{"a": 1, "b": 9}, ["c"]], cursor_column="at", told=told)
    found = extractor.extract(task(source, version=1 << 52), source, Progress())
    micros = int((EPOCH + timedelta(seconds=second)).timestamp()) * 1_000_000
    assert ("c", None, (1 << 52) + micros) in rows(objects, found)
    assert found.highest >= (1 << 52) + int((EPOCH + timedelta(seconds=9)).timestamp()) * 1_000_000


def test_changes_when_the_mappings_key_is_not_told_of_what_is_gone_then_all_is_read(
    extractor: ArrowExtractor, objects: ObjectStore
) -> None:
    source = Script([{"a": 1, "b": 2}], snapshot=True, changes=[{"c": 3}, ["b"]])
    by_number = replace(ITEMS, key_columns=("n",))
    one = task(source, mapping=by_number, cursor={"end": True}, published_mapping=1)
    found = extractor.extract(one, source, Progress())
    assert (rows(objects, found), found.snapshot) == ([("1", 1, 5), ("2", 2, 5)], True)


@pytest.mark.parametrize("breaks_at", [1, 2, 3])
def test_reading_when_it_breaks_then_the_next_attempt_reads_only_the_rest_and_ends_the_same(
    extractor: ArrowExtractor, objects: ObjectStore, breaks_at: int
) -> None:
    steps = [{"a": 1, "b": 2}, {"c": 3}, ["a"], {"b": 7, "e": 5}]
    source = Script(steps, snapshot=True, breaks_at=breaks_at, misfit_at=0)
    whole = extractor.extract(task(source), replace(source, breaks_at=-1, reads=[]), Progress())
    kept, one = Kept(), task(source)
    with pytest.raises(ConnectionError):
        extractor.extract(replace(one, checkpoints=kept), source, Progress())
    assert [checkpoint.index for checkpoint in kept.all] == list(range(breaks_at))
    again = replace(source, breaks_at=-1, reads=[])
    found = extractor.extract(replace(one, attempt="two", checkpoints=kept), again, Progress())
    assert rows(objects, found) == rows(objects, whole) == [("b", 7, 5), ("c", 3, 5), ("e", 5, 5)]
    assert len(again.reads) == len(steps) - breaks_at
    assert (found.snapshot, found.rows_read, found.misfits) == (True, whole.rows_read, whole.misfits)
    extractor.discard(one, {key for name, _ in found.batches for key in (name.landing_key, name.canonical_key)})
    mine = [key for key in objects.tenant(TENANT).list("canonical") if str(one.run_id) in key]
    assert mine == sorted(name.canonical_key for name, _ in found.batches)


def test_reading_when_the_mapping_has_changed_meanwhile_then_begins_again(
    extractor: ArrowExtractor, objects: ObjectStore
) -> None:
    source, kept = Script([{"a": 1}, {"b": 2}], snapshot=True, breaks_at=1), Kept()
    one = replace(task(source), checkpoints=kept)
    with pytest.raises(ConnectionError):
        extractor.extract(one, source, Progress())
    other = replace(one, stream=replace(one.stream, mapping=replace(ITEMS, version=2)))
    again = replace(source, breaks_at=-1, reads=[])
    assert rows(objects, extractor.extract(other, again, Progress())) == [("a", 1, 5), ("b", 2, 5)]
    assert len(again.reads) == 2
