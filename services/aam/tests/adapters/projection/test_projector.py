"""What Arrow reads instead of the engine is what the engine would have read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from aam.adapters.projection.compiler import compile_mapping
from aam.adapters.projection.engine import Engine
from aam.adapters.projection.exact import exact, readable
from aam.adapters.projection.projector import Projector
from aam.domain.mapping import FieldMapping, Mapping, Transform
from hypothesis import given, settings
from hypothesis import strategies as st

DIGITS = st.text("0123456789", max_size=12)
NUMBERS = st.one_of(
    st.builds("{}{}{}{}{}".format, st.sampled_from(["", "+", "-", " "]), DIGITS, st.sampled_from(["", "."]), DIGITS,
              st.sampled_from(["", "e3", "E30", "e-4", " ", "x"])),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
)  # fmt: skip
DATES = st.one_of(
    st.dates().map(str),
    st.builds("{:04d}-{:02d}-{:02d}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
)
TIMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["T", " ", "t", ""]),
    st.one_of(
        st.times().map(str),
        st.sampled_from(["12", "12:30", "24:00:00", "23:59:60", "12:30:10.", "12:30:1", "123010"]),
    ),
    st.one_of(
        st.sampled_from(["", "Z", "z", "+01", "-0530", " +05:30", "+24:00", "-23:59", "+01:60", "+1", "-15:59"]),
        st.builds("{}{:02d}:{:02d}".format, st.sampled_from("+-"), st.integers(0, 30), st.integers(0, 70)),
    ),
)  # fmt: skip
MOMENTS = st.one_of(DATES, st.builds("{}{}".format, DATES, TIMES), st.datetimes(timezones=st.just(UTC)).map(str))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


def _mapping(kind: str, key_columns: tuple[str, ...] = ()) -> Mapping:
    return Mapping(1, "e", (FieldMapping("x", "out", kind, Transform(kind)),), key_columns)


def _agrees(engine: Engine, kind: str, texts: list[str | None]) -> None:
    """Whatever `exact` reads, the engine reads as the same; what nothing downstream holds is set aside both ways."""
    data = pa.RecordBatch.from_pydict({"x": pa.array(texts, pa.string())})
    values = exact(data.column("x"), Transform(kind))
    if values is None:
        return
    numbers = pa.arange(0, len(texts))
    program = compile_mapping(_mapping(kind), data.schema, source="c/s", file="f", version=1)
    found = engine.project(program, data, numbers, "f")
    projected = Projector(engine, _mapping(kind), "c/s", "f", 1).project(data, numbers)
    assert projected.misfits == found.misfits
    assert projected.rows.to_pylist() == found.rows.to_pylist()
    if not found.misfits:
        assert found.rows.column("out").combine_chunks().cast(values.type) == values


@settings(max_examples=400)
@given(text=NUMBERS)
def test_exact_when_arrow_reads_a_number_then_the_engine_reads_the_same(engine: Engine, text: str) -> None:
    _agrees(engine, "decimal", [text, None, "1"])


@settings(max_examples=200)
@given(text=st.one_of(DATES, MOMENTS))
def test_exact_when_arrow_reads_a_date_then_the_engine_reads_the_same(engine: Engine, text: str) -> None:
    _agrees(engine, "date", [text, None])


@settings(max_examples=600)
@given(text=MOMENTS)
def test_exact_when_arrow_reads_a_moment_then_the_engine_reads_the_same(engine: Engine, text: str) -> None:
    _agrees(engine, "timestamp", [None, text])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("decimal", "-0012.50", Decimal("-12.5")),
        ("date", "2026-02-28", date(2026, 2, 28)),
        ("timestamp", "2026-01-01T12:30:10.000001+05:30", datetime(2026, 1, 1, 7, 0, 10, 1, UTC)),
        ("timestamp", "2026-01-01 12:30", datetime(2026, 1, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_exact_when_all_texts_fit_then_they_are_read(kind: str, text: str, value: object) -> None:
    values = exact(pa.array([None, text]), Transform(kind))
    assert values is not None
    assert values.to_pylist() == [None, value]


@pytest.mark.parametrize("text", ["1e30", "1E5", "12345678901234567890", "12,5", "0x1F", " 1", "."])
def test_exact_when_a_number_needs_care_then_it_is_the_engines(text: str) -> None:
    assert exact(pa.array(["1", text]), Transform("decimal")) is None


@pytest.mark.parametrize("text", ["2026-01-01 12", "2026-01-01T12Z", "2026-01-01T12:30+01:00x", "20260101"])
def test_exact_when_a_moment_is_cut_short_then_it_is_the_engines(text: str) -> None:
    assert exact(pa.array([text]), Transform("timestamp")) is None


def test_readable_when_a_column_is_a_key_or_read_twice_or_in_a_format_then_it_stays_text() -> None:
    fields = (
        FieldMapping("key", "a", "decimal", Transform("decimal")),
        FieldMapping("twice", "b", "decimal", Transform("decimal")),
        FieldMapping("twice", "c"),
        FieldMapping("german", "d", "decimal", Transform("decimal", thousands=".", decimal_separator=",")),
        FieldMapping("local", "e", "timestamp", Transform("timestamp", timezone="Europe/Berlin")),
        FieldMapping("plain", "f", "decimal", Transform("decimal")),
    )
    assert list(readable(fields, ("key",))) == ["plain"]


def test_projector_when_a_text_does_not_fit_then_its_row_is_aside_as_it_was_and_all_others_stay(engine: Engine) -> None:
    projector = Projector(engine, _mapping("decimal", ("k",)), "c/s", "f.csv", 7)
    good = pa.RecordBatch.from_pydict({"k": ["1", "2"], "x": ["1.50", None]})
    mixed = pa.RecordBatch.from_pydict({"k": ["3", "4"], "x": ["0x1F", "2.5"]})
    results = [projector.project(batch, pa.array([1, 2], pa.int64())) for batch in (good, mixed, good)]
    assert [result.rows.column("out").to_pylist() for result in results] == [
        [Decimal("1.5"), None],
        [Decimal("2.5")],
        [Decimal("1.5"), None],
    ]
    (misfit,) = results[1].misfits
    assert (misfit.row, misfit.column, misfit.value) == (1, "x", "0x1F")
    assert misfit.record == '{"k": "3", "x": "0x1F"}'


def test_projector_when_a_year_is_none_then_its_row_is_aside_with_its_own_text(engine: Engine) -> None:
    projector = Projector(engine, _mapping("timestamp"), "c/s", "f.csv", 7)
    data = pa.RecordBatch.from_pydict({"x": ["0000-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]})
    result = projector.project(data, pa.array([1, 2], pa.int64()))
    assert result.rows.num_rows == 1
    assert [misfit.value for misfit in result.misfits] == ["0000-01-01T00:00:00Z"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_projector_when_a_year_is_none_in_utc_then_its_row_is_aside_and_says_so(engine: Engine, text: str) -> None:
    projector = Projector(engine, _mapping("timestamp"), "c/s", "f.csv", 7)
    data = pa.RecordBatch.from_pydict({"x": [text, "2026-01-01T00:00:00+01:00"]})
    result = projector.project(data, pa.array([1, 2], pa.int64()))
    assert result.rows.column("out").to_pylist() == [datetime(2025, 12, 31, 23, tzinfo=UTC)]
    assert [(misfit.value, misfit.reason) for misfit in result.misfits] == [
        (text, "the year is not between 1 and 9999")
    ]
