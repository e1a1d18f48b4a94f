"""Parquet, JSON and Excel: types or text kept, damage named."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aos_common.tabular import Layout, ReadOptions, TabularReader, open_batches, sniff
from aos_common.tabular.errors import (
    BrokenJson,
    CorruptFile,
    FileEmpty,
    FileTruncated,
    HeaderOnly,
    NotThisFormat,
    UnknownSheet,
    UnsupportedColumnType,
)


def rows(reader: TabularReader) -> list[dict[str, object]]:
    return [row for batch in reader for row in batch.data.to_pylist()]


def parquet(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def test_parquet_when_read_then_keeps_types_and_numbers_records(tmp_path: Path) -> None:
    table = pa.table(
        {"d": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)), "t": ["x", "y"], "l": [[1], [2, 3]]}
    )
    reader = open_batches(parquet(tmp_path / "a.parquet", table), options=ReadOptions(batch_rows=1))
    batches = list(reader)
    assert reader.schema.field("d").type == pa.decimal128(10, 2)
    assert [batch.first_record for batch in batches] == [1, 2]
    assert rows(reader) == table.to_pylist()


def test_parquet_when_cut_or_something_else_then_is_refused(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "a.parquet", pa.table({"a": list(range(1000))})).read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-20])
    with pytest.raises(FileTruncated, match=r"cut\.parquet"):
        sniff(tmp_path / "cut.parquet") and open_batches(tmp_path / "cut.parquet")
    (tmp_path / "text.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(NotThisFormat):
        open_batches(tmp_path / "text.parquet")
    (tmp_path / "hole.parquet").write_bytes(whole[:4] + b"\0" * 200 + whole[204:])
    with pytest.raises(CorruptFile):
        list(open_batches(tmp_path / "hole.parquet"))


def test_parquet_when_a_type_has_no_faithful_reading_then_names_the_column(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", pa.table({"id": [1], "blob": pa.array([b"\xff"], pa.binary())}))
    with pytest.raises(UnsupportedColumnType) as caught:
        open_batches(path)
    assert (caught.value.metadata["column"], caught.value.metadata["type"]) == ("blob", "binary")
    assert rows(open_batches(path, options=ReadOptions(exclude_columns=frozenset({"blob"})))) == [{"id": 1}]


ARRAY = '[{"id": 1, "amount": 0.10, "tags": {"n": 1.50, "l": [true, null]}}, {"id": 12345678901234567890, "new": "x"}]'
EXPECTED = [
    {"id": "1", "amount": "0.10", "tags": '{"n":1.50,"l":[true,null]}', "new": None},
    {"id": "12345678901234567890", "amount": None, "tags": None, "new": "x"},
]


def test_json_when_array_lines_or_gzip_then_numbers_keep_their_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(ARRAY)
    (tmp_path / "a.jsonl").write_text(ARRAY[1:-1].replace("}}, {", "}}\n{"))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    for name, layout in [
        ("a.json", Layout.JSON_ARRAY),
        ("a.jsonl", Layout.JSON_LINES),
        ("a.jsonl.gz", Layout.JSON_LINES),
    ]:
        assert sniff(tmp_path / name).layout is layout
        assert rows(open_batches(tmp_path / name)) == EXPECTED


def test_json_when_larger_than_a_chunk_then_streams_every_record(tmp_path: Path) -> None:
    body = ",\n".join(f'{{"n": {n}, "pad": "{"x" * 100}é"}}' for n in range(20_000))
    (tmp_path / "a.json").write_text(f"[{body}]")
    reader = open_batches(tmp_path / "a.json", options=ReadOptions(batch_rows=3000))
    assert [row["n"] for row in rows(reader)] == [str(n) for n in range(20_000)]


@pytest.mark.parametrize(
    ("name", "content", "record"),
    [
        ("a.jsonl", '{"a": 1}\n{"a": \n', "2"),
        ("a.jsonl", '{"a": 1}\n[1]\n', "2"),
        ("a.json", '[{"a": 1}, {"a": 2}', "3"),
        ("a.json", '[{"a": 1}, 5]', "2"),
        ("a.json", '[{"a": 1}] trailing', "2"),
        ("a.json", '[{"a": NaN}]' + " " * 40, "1"),
        ("a.json", '[{"a": 1}, {"a" 2}, {"a": 333333333333}]', "2"),
        ("a.json", '[{"a": 1}, {"a": {"b": 1, "b": 2}}]', "2"),
        ("a.jsonl", '{"a": 1}\n{"a": 1, "a": 2}\n', "2"),
        ("a.json", '[{"a": "\\ud83d\\ude00"}, {"a": ["\\ud83d"]}]', "2"),
        ("a.jsonl", '{"\\udc00": 1}\n', "1"),
    ],
)
def test_json_when_broken_then_names_the_record(tmp_path: Path, name: str, content: str, record: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BrokenJson) as caught:
        open_batches(tmp_path / name)
    assert caught.value.metadata["record"] == record


def test_json_when_a_key_stands_twice_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1, "a": 2}]')
    with pytest.raises(BrokenJson, match="the key 'a' stands twice in one object"):
        open_batches(tmp_path / "a.json")


def test_json_when_empty_then_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(HeaderOnly):
        open_batches(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("")
    with pytest.raises(FileEmpty):
        open_batches(tmp_path / "b.json")


def test_excel_when_it_has_sheets_then_each_is_a_data_set(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "people"
    for row in [["id", "name", "born", "seen", "ok"], [1, "Ann", date(1990, 1, 2), datetime(2024, 1, 2, 3, 4), True]]:  # noqa: DTZ001 - cells have no zone
        first.append(row)
    first.append([2.5, "Bo", None, None, None, "beyond"])
    other = book.create_sheet("prices")
    other.append(["sku"])
    book.create_sheet("blank")
    book.save(tmp_path / "a.xlsx")
    assert sniff(tmp_path / "a.xlsx").sheets == ("people", "prices")
    [batch] = open_batches(tmp_path / "a.xlsx", sheet="people")
    expected = {"id": "1", "name": "Ann", "born": "1990-01-02", "seen": "2024-01-02 03:04:00", "ok": "true"}
    assert batch.data.to_pylist() == [expected]
    assert [(one.row, one.text) for one in batch.rejected] == [(2, "2.5,Bo,,,,beyond")]
    with pytest.raises(HeaderOnly):
        open_batches(tmp_path / "a.xlsx", sheet="prices")
    with pytest.raises(UnknownSheet):
        open_batches(tmp_path / "a.xlsx")
    with pytest.raises(UnknownSheet):
        open_batches(tmp_path / "a.xlsx", sheet="none")


def test_excel_when_damaged_then_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(CorruptFile):
        sniff(tmp_path / "a.xlsx")
