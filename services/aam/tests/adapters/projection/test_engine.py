"""The projection: exact values out, misfits named, nothing dropped."""

import json
import time
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from aam.adapters.projection.compiler import compile_mapping
from aam.adapters.projection.engine import Engine, Projected
from aam.adapters.projection.handing import content_columns
from aam.adapters.projection.reasons import reason_of
from aam.domain.errors import MappingInvalid
from aam.domain.mapping import FieldMapping, Mapping, Transform
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


def project(engine: Engine, columns: dict[str, Any], mapping: Mapping, **options: Any) -> Projected:
    data = pa.RecordBatch.from_pydict(columns)
    program = compile_mapping(mapping, data.schema, source="c/s", file="f.csv", version=7, **options)
    return engine.project(program, data, pa.array(range(1, data.num_rows + 1), pa.int64()), "f.csv")


def one(engine: Engine, value: Any, type_: str, arrow: pa.DataType | None = None, **transform: Any) -> Any:
    """The canonical value, or the reason of the misfit in a tuple."""
    kind = transform.pop("kind", {"string": "text"}.get(type_, type_))
    field = FieldMapping("x", "out", type_, Transform(kind=kind, **transform))
    result = project(engine, {"x": pa.array([value], arrow)}, Mapping(1, "e", (field,)))
    if result.misfits:
        assert result.rows.num_rows == 0
        return (result.misfits[0].reason,)
    return result.rows.column("out")[0].as_py()


@pytest.mark.parametrize(
    ("text", "expected", "transform"),
    [
        ("1.10", Decimal("1.10"), {}),
        ("-.5", Decimal("-0.5"), {}),
        (" 12 ", Decimal(12), {}),
        ("1e3", Decimal(1000), {}),
        ("1.5e-17", Decimal("1.5E-17"), {}),
        ("0.000000000000000001", Decimal("1E-18"), {}),
        ("99999999999999999999", Decimal(99999999999999999999), {}),
        ("1.1000000000000000000000", Decimal("1.1"), {}),
        ("1,234,567.89", Decimal("1234567.89"), {"thousands": ","}),
        ("1.234,5", Decimal("1234.5"), {"thousands": ".", "decimal_separator": ","}),
        ("$ 1,234", Decimal(1234), {"thousands": ",", "currency": "$"}),
        ("", None, {}),
        (None, None, {}),
    ],
)
def test_decimal_when_it_fits_then_every_digit_is_kept(
    engine: Engine, text: str | None, expected: Decimal | None, transform: dict[str, str]
) -> None:
    assert one(engine, text, "decimal", pa.string(), **transform) == expected


@pytest.mark.parametrize(
    ("text", "reason", "transform"),
    [
        ("1.5e-18", "rounded", {}),
        ("0.1234567890123456789", "rounded", {}),
        ("100000000000000000000", "digits", {}),
        ("1_000", "stored", {}),
        ("0x1F", "not a number", {}),
        ("abc", "not a number", {}),
        ("NaN", "stored", {}),
        ("1,5", "form", {"thousands": ","}),
        ("1.5", "form", {"decimal_separator": ","}),
        ("12,34", "not a number", {}),
    ],
)
def test_decimal_when_it_does_not_fit_then_the_row_is_set_aside(
    engine: Engine, text: str, reason: str, transform: dict[str, str]
) -> None:
    [told] = one(engine, text, "decimal", **transform)
    assert reason in told


@settings(max_examples=150)
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=18, max_value=10**19), max_size=20))
def test_decimal_when_written_as_text_then_reads_back_equal(engine: Engine, values: list[Decimal]) -> None:
    values = [value for value in values if abs(value) < 10**20]
    texts = [format(value, "f") if index % 2 else format(value, "e") for index, value in enumerate(values)]
    field = FieldMapping("x", "out", "decimal", Transform("decimal"))
    result = project(engine, {"x": pa.array(texts, pa.string())}, Mapping(1, "e", (field,)))
    read = dict(zip(result.rows.column("_row").to_pylist(), result.rows.column("out").to_pylist(), strict=True))
    for number, value in enumerate(values, start=1):
        assert number not in read or read[number] == value
    assert all("e" in texts[misfit.row - 1] for misfit in result.misfits)
    assert len(read) + len(result.misfits) == len(values)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=20), st.sampled_from(["decimal", "integer", "date", "json"]))
def test_any_text_when_projected_then_is_a_value_a_null_or_a_misfit(
    engine: Engine, texts: list[str], kind: str
) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    field = FieldMapping("x", "out", kind, Transform(kind))
    result = project(engine, {"x": pa.array(texts, pa.string())}, Mapping(1, "e", (field,)))
    assert result.rows.num_rows + len(result.misfits) == len(texts)
    for row, value in zip(result.rows.column("_row").to_pylist(), result.rows.column("out").to_pylist(), strict=True):
        blank = all(unicodedata.category(character) == "Zs" for character in texts[row - 1])  # what trim() takes away
        assert (value is None) == blank


@pytest.mark.parametrize(
    ("value", "type_", "expected", "transform"),
    [
        ("5", "integer", 5, {}),
        ("5.0", "integer", 5, {}),
        ("5.5", "integer", ("not a whole number, or outside 64 bits",), {}),
        ("9223372036854775808", "integer", ("not a whole number, or outside 64 bits",), {}),
        ("1,234", "integer", 1234, {"thousands": ","}),
        ("Yes", "boolean", True, {}),
        ("ja", "boolean", True, {"true_values": ("Ja",), "false_values": ("Nein",)}),
        ("maybe", "boolean", ("not one of the texts that mean true or false",), {}),
        ("3/7/2017", "date", date(2017, 3, 7), {"format": "%m/%d/%Y"}),
        ("13/7/2017", "date", ("not a date of the form %m/%d/%Y, or it has a time of day",), {"format": "%m/%d/%Y"}),
        ("2024-02-30", "date", ("not a date in ISO 8601, or it has a time of day",), {}),
        ("2024-02-29 00:00:00", "date", date(2024, 2, 29), {}),
        ("2024-02-29 10:00:00", "date", ("not a date in ISO 8601, or it has a time of day",), {}),
        ("2024-02-29", "timestamp", datetime(2024, 2, 29, tzinfo=UTC), {}),
        ("2024-07-01T12:00:00+02:00", "timestamp", datetime(2024, 7, 1, 10, tzinfo=UTC), {}),
        ("2024-07-01T12:00:00.5Z", "timestamp", datetime(2024, 7, 1, 12, 0, 0, 500_000, tzinfo=UTC), {}),
        ("2024-07-01 12:00", "timestamp", datetime(2024, 7, 1, 10, tzinfo=UTC), {"timezone": "Europe/Berlin"}),
        ("01.07.2024 12:00", "timestamp", datetime(2024, 7, 1, 12, tzinfo=UTC), {"format": "%d.%m.%Y %H:%M"}),
        ("2024-07-01T12:00:00.1234567Z", "timestamp", ("finer than a microsecond; it would be cut",), {}),
        ("infinity", "timestamp", ("not a point in time in ISO 8601",), {}),
        ("0000-07-01", "date", ("the year is not between 1 and 9999",), {}),
        ("01.07.0000", "date", ("not a date of the form %d.%m.%Y, or it has a time of day",), {"format": "%d.%m.%Y"}),
        ("0001-01-01T00:30:00+01:00", "timestamp", ("the year is not between 1 and 9999",), {}),
        ("0001-01-01T00:30:00+01:00", "date", ("not a date in ISO 8601, or it has a time of day",), {}),
        ("9999-12-31T23:59:59.999999Z", "timestamp", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), {}),
        ("WON ", "enum", "won", {"values": {"Won": "won", "Closed": "lost"}}),
        ("lost", "enum", "lost", {"values": {"Won": "won", "Closed": "lost"}}),
        ("new", "enum", ("a value that the mapping does not know",), {"values": {"Won": "won"}}),
        ('{"a": 1.10}', "json", '{"a": 1.10}', {}),
        ("{a}", "json", ("not valid JSON",), {}),
        ("  kept ", "string", "  kept ", {}),
        ("5", "decimal", Decimal(5), {"kind": "integer"}),
    ],
)
def test_text_when_read_by_kind_then_is_exact_or_refused(
    engine: Engine, value: str, type_: str, expected: Any, transform: dict[str, Any]
) -> None:
    assert one(engine, value, type_, **transform) == expected


@pytest.mark.parametrize(
    ("value", "arrow", "type_", "expected"),
    [
        (5, pa.int32(), "decimal", Decimal(5)),
        (0.1, pa.float64(), "decimal", Decimal("0.1")),
        (float("nan"), pa.float64(), "decimal", ("not a number that can be stored",)),
        (2.0, pa.float64(), "integer", 2),
        (2.5, pa.float64(), "integer", ("not a whole number, or outside 64 bits",)),
        (Decimal("1.25"), pa.decimal128(10, 2), "decimal", Decimal("1.25")),
        (
            Decimal("0.1234567890123456789"),
            pa.decimal128(38, 20),
            "decimal",
            ("more than 18 decimals; it would be rounded",),
        ),
        (True, pa.bool_(), "boolean", True),
        (5_000_000, pa.date32(), "date", ("the year is not between 1 and 9999",)),
        (-100_000_000_000, pa.timestamp("s"), "timestamp", ("the year is not between 1 and 9999",)),
        (date(2024, 1, 2), pa.date32(), "timestamp", datetime(2024, 1, 2, tzinfo=UTC)),
        (
            datetime(2024, 1, 2, 3, tzinfo=UTC),
            pa.timestamp("us", "UTC"),
            "timestamp",
            datetime(2024, 1, 2, 3, tzinfo=UTC),
        ),
        (1_000_000_001, pa.timestamp("ns"), "timestamp", ("finer than a microsecond; it would be cut",)),
        ([1, 2], pa.list_(pa.int64()), "json", "[1,2]"),
        (7, pa.int64(), "string", "7"),
    ],
)
def test_typed_value_when_projected_then_keeps_its_meaning(
    engine: Engine, value: Any, arrow: pa.DataType, type_: str, expected: Any
) -> None:
    assert one(engine, value, type_, arrow) == expected


FIELDS = (FieldMapping("Name", "name"), FieldMapping("cost", "amount", "decimal", Transform("decimal")))


def test_rows_when_projected_then_carry_key_version_source_row_and_extras(engine: Engine) -> None:
    columns = {"Name": ["a", "b"], "name": ["x'y", None], "cost": ["1", "2"], "n": pa.array([1, 2**60], pa.int64())}
    rows = project(engine, columns, Mapping(1, "e", FIELDS, ("Name", "cost"))).rows
    assert rows.schema.names == ["_key", "_version", "_source", "_row", "name", "amount", "_extras"]
    first, second = rows.to_pylist()
    assert (first["_key"], first["_version"], first["_source"], first["_row"]) == ("a|1", 7, "c/s", 1)
    assert json.loads(first["_extras"]) == {"name": "x'y", "n": "1"}
    assert json.loads(second["_extras"]) == {"name": None, "n": "1152921504606846976"}


def test_key_when_parts_hold_the_separator_then_stays_distinct(engine: Engine) -> None:
    columns = {"Name": ["a|b", "a", "a\\"], "cost": ["1", "1", "1"], "k": ["c", "b|c", "|c"]}
    keys = project(engine, columns, Mapping(1, "e", FIELDS, ("Name", "k"))).rows.column("_key").to_pylist()
    assert len(set(keys)) == 3


def test_key_when_absent_or_null_then_is_the_place_or_a_misfit(engine: Engine) -> None:
    columns = {"Name": ["a", None], "cost": ["1", "2"]}
    assert project(engine, columns, Mapping(1, "e", FIELDS)).rows.column("_key").to_pylist() == ["f.csv#1", "f.csv#2"]
    result = project(engine, columns, Mapping(1, "e", FIELDS, ("Name",)))
    [misfit] = result.misfits
    assert (misfit.row, misfit.column, misfit.reason) == (2, "Name", "the key column is empty")
    assert json.loads(misfit.record) == {"Name": None, "cost": "2"}


def test_version_when_a_cursor_column_exists_then_is_its_microseconds(engine: Engine) -> None:
    at = pa.array([datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    rows = project(engine, {"Name": ["a"], "cost": ["1"], "at": at}, Mapping(1, "e", FIELDS), version_column="at").rows
    assert rows.column("_version").to_pylist() == [1_000_007]


@pytest.mark.parametrize(
    "fields",
    [
        (FieldMapping("gone", "name"),),
        (FieldMapping("Name", "a"), FieldMapping("cost", "a")),
        (FieldMapping("Name", "a", "integer", Transform("date")),),
        (FieldMapping("Name", "_key"),),
    ],
)
def test_mapping_when_it_cannot_be_compiled_then_is_refused(engine: Engine, fields: tuple[FieldMapping, ...]) -> None:
    with pytest.raises(MappingInvalid):
        project(engine, {"Name": ["a"], "cost": ["1"]}, Mapping(1, "e", fields))


def test_repeated_keys_when_in_several_files_then_names_all_but_the_first(engine: Engine, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    for index, (keys, rows) in enumerate([(["a", "b", "a"], [1, 2, 3]), (["c", "b"], [4, 5])]):
        pq.write_table(pa.table({"_key": keys, "_row": pa.array(rows, pa.int64())}), tmp_path / f"{index}.parquet")
    files = sorted(tmp_path.glob("*.parquet"))
    repeated = engine.repeated_keys(files, 10).to_pylist()
    assert [(row["_key"], row["_row"], row["first"]) for row in repeated] == [("a", 3, 1), ("b", 5, 2)]
    assert engine.content(files, ["_key"]) == engine.content(files[::-1], ["_key"])


def test_content_when_hashed_in_memory_then_is_that_of_the_files(engine: Engine, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    at = pa.array([datetime(2026, 1, 1, tzinfo=UTC), None, None], pa.timestamp("us", "UTC"))
    columns = {"Name": ["a", "b", "c"], "cost": ["1", "x", None], "at": at, "more": [1, 2, None]}
    mapping = Mapping(1, "e", (*FIELDS, FieldMapping("at", "at", "timestamp", Transform("timestamp"))), ("Name",))
    result = project(engine, columns, mapping)
    assert len(result.misfits) == 1
    pq.write_table(result.rows, tmp_path / "0.parquet")
    names = content_columns(result.rows.column_names, keyed=True)
    assert engine.content(result.rows, names) == engine.content([tmp_path / "0.parquet"], names) > 0
    assert engine.content(result.rows.slice(0, 0), names) == 0


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Lima"])
@pytest.mark.parametrize("value", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_reason_when_a_time_has_no_offset_then_no_machines_zone_is_asked(
    value: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        told = reason_of(value, Transform("timestamp", format="%d.%m.%Y"))
    time.tzset()
    assert told == "not a point in time of the form %d.%m.%Y"
