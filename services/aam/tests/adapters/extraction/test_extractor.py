"""One stream from source to canonical files: exact sums, every bad row located, nothing left behind by a failure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.adapters.sources.files import FilesConnector
from aam.domain.connection import Stream, StreamState
from aam.domain.errors import QuarantineFull, RunCancelled, SchemaChanged, SourceError
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.schema import fingerprint
from aam.ports import DiscoveredStream, Extraction, Json, Progress, Source, StreamRead, Task
from aos_common.folders import AllowedFolders
from aos_common.objects import ObjectStore

TENANT, CONNECTION = uuid4(), uuid4()
DATE = Transform("date", "%m/%d/%Y")
STAGES = {"Won": "won", "Lost": "lost", "Engaging": "engaging", "Prospecting": "prospecting"}
PIPELINE = Mapping(
    1,
    "opportunity",
    (
        FieldMapping("opportunity_id", "opportunity_id"),
        FieldMapping("product", "product_name"),
        FieldMapping("account", "account_name"),
        FieldMapping("deal_stage", "stage", "enum", Transform("enum", values=STAGES)),
        FieldMapping("close_date", "close_date", "date", DATE),
        FieldMapping("close_value", "amount", "decimal", Transform("decimal")),
    ),
    ("opportunity_id",),
)
ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))


def files(folder: Path, **settings: Any) -> Source:
    connector = FilesConnector(AllowedFolders((Path("/"),)))
    return connector.open(connector.split({"path": str(folder), **settings})[0], {})


def task(source: Source, name: str, mapping: Mapping, **changes: Any) -> Task:
    found = next(stream for stream in source.discover() if stream.name == name)
    assert found.schema is not None
    mark = fingerprint(found.schema.columns)
    stream = Stream(CONNECTION, name, StreamState.READY, found.schema, mark, mapping)
    return Task(TENANT, CONNECTION, uuid4(), "1", replace(stream, **changes))


def canonical(objects: ObjectStore, extraction: Extraction) -> pa.Table:
    tenant = objects.tenant(TENANT)
    return pa.concat_tables(pq.read_table(tenant.path(name.canonical_key)) for name, _ in extraction.batches)


def after(one: Task, extraction: Extraction) -> Task:
    mapping = one.stream.mapping
    assert mapping is not None
    stream = replace(
        one.stream, cursor=extraction.cursor, version=extraction.version, published_mapping=mapping.version
    )
    return replace(one, run_id=uuid4(), stream=stream)


def write(folder: Path, text: str) -> Source:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / "items.csv").write_text(text)
    return files(folder / "in")


def test_extract_when_the_crm_is_read_then_every_figure_is_exact(objects: ObjectStore, shared_data: Path) -> None:
    source = files(shared_data / "crm")
    progress = Progress()
    one = task(source, "sales_pipeline.csv", PIPELINE)
    result = ArrowExtractor(objects, quarantine_limit=100).extract(one, source, progress)
    table = canonical(objects, result)
    won = [row for row in table.to_pylist() if row["stage"] == "won"]
    assert (table.num_rows, len(won), sum(row["amount"] for row in won)) == (8800, 4238, Decimal(10_005_534))
    assert table.column("account_name").null_count == 1425
    assert result.misfits == ()
    assert (progress.rows_read, progress.rows_published, result.version, result.snapshot) == (8800, 8800, 1, True)
    assert json.loads(table.column("_extras")[0].as_py())["sales_agent"] == "Moses Frase"
    landing = objects.tenant(TENANT).list(f"landing/{CONNECTION}")
    assert [pq.read_metadata(objects.tenant(TENANT).path(key)).num_rows for key in landing] == [8800]


def test_extract_when_the_bill_is_read_then_no_digit_is_lost(objects: ObjectStore, shared_data: Path) -> None:
    source = files(shared_data / "focus")
    names = ("BilledCost", "EffectiveCost", "ListCost", "ConsumedQuantity")
    fields = tuple(FieldMapping(name, name, "decimal", Transform("decimal")) for name in names)
    times = tuple(FieldMapping(name, name, "timestamp", Transform("timestamp")) for name in ("ChargePeriodStart",))
    one = task(source, "focus_sample.csv", Mapping(1, "cloud_cost", fields + times))
    result = ArrowExtractor(objects, quarantine_limit=0).extract(one, source, Progress())
    table = canonical(objects, result)
    sums = [sum(value for value in table.column(name).to_pylist() if value is not None) for name in names[:2]]
    assert sums == [Decimal("20.52022672899"), Decimal("14.97651418586")]


def test_extract_when_rows_do_not_fit_then_each_is_located_and_the_rest_published(
    objects: ObjectStore, tmp_path: Path
) -> None:
    source = write(tmp_path, "id,n\na,1\nb,x\nc,3,4\na,5\n,6\nd,7\n")
    result = ArrowExtractor(objects, quarantine_limit=10).extract(task(source, "items.csv", ITEMS), source, Progress())
    assert canonical(objects, result).column("_key").to_pylist() == ["a", "d"]
    told = {(one.file, one.row, one.column, one.value, one.reason) for one in result.misfits}
    assert told == {
        ("items.csv", 2, "n", "x", "not a number"),
        ("items.csv", 3, "", "c,3,4", "3 values where the header names 2 columns"),
        ("items.csv", 4, "id", "a", "duplicate key: row 1 has it"),
        ("items.csv", 5, "id", "", "the key column is empty"),
    }
    duplicate = next(one for one in result.misfits if one.row == 4)
    assert json.loads(duplicate.record) == {"id": "a", "n": "5"}


class Declaring:
    """A source that says of a file that another column than the mapping's key is its primary key."""

    location = "a table"

    def __init__(self, source: Source) -> None:
        self._source = source

    def check(self) -> None:
        self._source.check()

    def discover(self) -> list[DiscoveredStream]:
        return self._source.discover()

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[StreamRead]:
        with self._source.read(stream, cursor) as read:
            read.schema = replace(read.schema, primary_key=("n",))
            yield read


@pytest.mark.parametrize("keys", [("1", "2", "2"), ("2", "1", "2"), ("a", "b", "b")])
def test_extract_when_the_source_guarantees_another_key_then_repeats_of_the_mappings_are_still_found(
    objects: ObjectStore, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    source = Declaring(write(tmp_path, "id,n\n" + "".join(f"{key},{n}\n" for n, key in enumerate(keys))))
    result = ArrowExtractor(objects, quarantine_limit=10).extract(task(source, "items.csv", ITEMS), source, Progress())
    assert canonical(objects, result).column("_key").to_pylist() == list(keys[:2])
    assert [(one.row, one.column, one.value) for one in result.misfits] == [(3, "id", keys[2])]


def test_extract_when_nothing_changed_then_reads_and_publishes_nothing(objects: ObjectStore, tmp_path: Path) -> None:
    source = write(tmp_path, "id,n\na,1\n")
    extractor = ArrowExtractor(objects, quarantine_limit=10)
    first = task(source, "items.csv", ITEMS)
    again = after(first, extractor.extract(first, source, Progress()))
    quiet = extractor.extract(again, source, Progress())
    assert (quiet.unchanged, quiet.rows_read, quiet.batches) == (True, 0, ())
    source = write(tmp_path, "id,n\na,2\n")
    changed = extractor.extract(again, source, Progress())
    assert (changed.unchanged, changed.version) == (False, 2)
    remapped = replace(again, stream=replace(again.stream, mapping=replace(ITEMS, version=2)))
    assert not extractor.extract(remapped, source, Progress()).unchanged


def test_extract_when_repeated_for_the_same_run_then_gives_the_same_names_and_rows(
    objects: ObjectStore, tmp_path: Path
) -> None:
    source = write(tmp_path, "id,n\na,1\nb,2\n")
    extractor, one = ArrowExtractor(objects, quarantine_limit=10), task(source, "items.csv", ITEMS)
    first = extractor.extract(one, source, Progress())
    table = canonical(objects, first)
    second = extractor.extract(one, source, Progress())
    assert second == first
    assert canonical(objects, second).equals(table)


def test_extract_when_the_shape_changed_then_is_held_before_any_row(objects: ObjectStore, tmp_path: Path) -> None:
    one = task(write(tmp_path, "id,n\na,1\n"), "items.csv", ITEMS)
    source = write(tmp_path, "id,amount\na,1\n")
    with pytest.raises(SchemaChanged, match="added amount; removed n"):
        ArrowExtractor(objects, quarantine_limit=10).extract(one, source, Progress())
    assert objects.tenant(TENANT).list("") == []


@pytest.mark.parametrize("failure", ["quarantine", "cancelled", "truncated"])
def test_extract_when_it_fails_midway_then_leaves_nothing(objects: ObjectStore, tmp_path: Path, failure: str) -> None:
    source = write(tmp_path, "id,n\n" + "".join(f"{n},{'x' if n == 9 else n}\n" for n in range(10)))
    one, progress = task(source, "items.csv", ITEMS), Progress()
    expected: type[Exception] = QuarantineFull
    if failure == "cancelled":
        progress.cancelled, expected = True, RunCancelled
    if failure == "truncated":
        (tmp_path / "in" / "items.csv").write_bytes(b"id,n\na,\xc3\xa9\nb,\xe9\n")
        expected = SourceError
    with pytest.raises(expected):
        ArrowExtractor(objects, quarantine_limit=0).extract(one, source, progress)
    assert objects.tenant(TENANT).list("") == []


def test_sample_when_taken_then_lands_and_returns_texts(objects: ObjectStore, shared_data: Path) -> None:
    source = files(shared_data / "crm")
    extractor = ArrowExtractor(objects, quarantine_limit=0)
    columns = extractor.sample(task(source, "sales_pipeline.csv", PIPELINE), source, 1_000)
    assert [column.name for column in columns][:2] == ["opportunity_id", "sales_agent"]
    assert (len(columns[0].values), columns[0].type) == (1000, "")
    assert len(objects.tenant(TENANT).list("landing")) == 1
    extractor.forget(TENANT, UUID(str(CONNECTION)))
    assert objects.tenant(TENANT).list("landing") == []
