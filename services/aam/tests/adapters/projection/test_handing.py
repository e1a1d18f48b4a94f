"""What Arrow makes of whole columns is what the engine would make of them; what does not fit is left to the engine."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from aam.adapters.projection.compiler import compile_mapping
from aam.adapters.projection.engine import Engine
from aam.adapters.projection.expressions import EPOCH_BITS
from aam.adapters.projection.handing import handed_on
from aam.adapters.projection.projector import Projector
from aam.domain.mapping import FieldMapping, Mapping, Transform
from hypothesis import given, settings
from hypothesis import strategies as st

STAGES = {"Won": "won", "In  progress": "open", "won ": "won", "": "none"}
MOMENT = pa.timestamp("us", "+02:00")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


def _field(kind: str, type_: str = "") -> FieldMapping:
    return FieldMapping("x", "out", type_ or kind, Transform(kind, values=STAGES if kind == "enum" else {}))


def _agreed(engine: Engine, data: pa.RecordBatch, mapping: Mapping, **versions: Any) -> dict[str, pa.Array]:
    """What is handed on, after comparing it with what SQL alone makes of the batch."""
    made = handed_on(data, mapping, **versions)
    told = {"version": 0, **versions}
    program = compile_mapping(mapping, data.schema, source="c/s", file="f", **told)
    found = engine.project(program, data, pa.array(range(data.num_rows), pa.int64()), "f")
    wrong = {misfit.column for misfit in found.misfits if misfit.reason != "the key column is empty"}
    assert not wrong & {field.source for field in mapping.fields if field.attribute in made}
    assert "_key" not in made or not any(misfit.reason == "the key column is empty" for misfit in found.misfits)
    for name, values in made.items():
        wanted = found.rows.column(name)
        kept = values.take(found.rows.column("_row").combine_chunks())
        assert kept.to_pylist() == wanted.to_pylist(), name
        assert kept.type == wanted.type, name
    return made


@pytest.mark.parametrize(
    ("values", "arrow", "field"),
    [
        (["a", " b ", "", None], pa.string(), _field("text", "string")),
        (["a", None], pa.string(), _field("text", "enum")),
        (["a", None], pa.dictionary(pa.int8(), pa.string()), _field("text")),
        ([12, -(2**63), 0, None], pa.int64(), _field("text")),
        ([255, None], pa.uint8(), _field("text")),
        (["Won", "open", "won ", None], pa.string(), _field("enum")),
        ([True, False, None], pa.bool_(), _field("boolean")),
        ([1, -(2**63), None], pa.int64(), _field("integer")),
        ([1, 2**32 - 1], pa.uint32(), _field("integer")),
        ([-(2**63), 2**63 - 1, None], pa.int64(), _field("decimal")),
        ([Decimal("1.25"), Decimal("-999999999999.99"), None], pa.decimal128(14, 2), _field("decimal")),
        ([date(1, 1, 1), date(9999, 12, 31), None], pa.date32(), _field("date")),
        ([datetime(2026, 1, 1, tzinfo=UTC), None], MOMENT, _field("timestamp")),
        (
            [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)],
            pa.timestamp("us", "UTC"),
            _field("timestamp"),
        ),
        ([None, None], pa.string(), _field("text")),
    ],
)
def test_column_when_all_values_fit_then_it_is_handed_on_as_the_engine_would_make_it(
    engine: Engine, values: list[Any], arrow: pa.DataType, field: FieldMapping
) -> None:
    made = _agreed(engine, pa.RecordBatch.from_pydict({"x": pa.array(values, arrow)}), Mapping(1, "e", (field,)))
    assert made.keys() == {"out", "_extras"}


@pytest.mark.parametrize(
    ("values", "arrow", "field"),
    [
        (["Won", "WON"], pa.string(), _field("enum")),
        (["Won", " Won"], pa.string(), _field("enum")),
        (["Won", "unknown"], pa.string(), _field("enum")),
        (["1"], pa.string(), _field("integer")),
        ([2**64 - 1], pa.uint64(), _field("integer")),
        ([1.5], pa.float64(), _field("text")),
        ([Decimal("1e-20")], pa.decimal128(38, 20), _field("decimal")),
        ([-719163, 0], pa.int32(), _field("date")),
        ([2932897, 0], pa.int32(), _field("date")),
        ([253402300800_000000, 0], pa.int64(), _field("timestamp")),
        ([-62135596800_000001, 0], pa.int64(), _field("timestamp")),
        ([0], pa.timestamp("ms", "UTC"), _field("timestamp")),
        ([0], pa.timestamp("us"), _field("timestamp")),
        (["{}"], pa.string(), _field("json")),
    ],
)
def test_column_when_a_value_needs_the_engine_then_it_is_not_handed_on(
    values: list[Any], arrow: pa.DataType, field: FieldMapping
) -> None:
    column = pa.array(values, arrow)
    if arrow in (pa.int32(), pa.int64()) and field.type in ("date", "timestamp"):
        column = column.view(pa.date32() if field.type == "date" else pa.timestamp("us", "UTC"))
    assert "out" not in handed_on(pa.RecordBatch.from_pydict({"x": column}), Mapping(1, "e", (field,)))


@settings(max_examples=150)
@given(
    texts=st.lists(st.one_of(st.none(), st.sampled_from([*STAGES, "won", "open", "WON", "x"])), min_size=1, max_size=4),
    keys=st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=4, max_size=4),
    moments=st.lists(st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))), min_size=4, max_size=4),
    textual=st.booleans(),
)
def test_batch_when_handed_on_then_is_what_the_engine_would_make_of_it(
    engine: Engine, texts: list[str | None], keys: list[int | None], moments: list[datetime | None], textual: bool
) -> None:
    count = len(texts)
    key = pa.array([None if one is None else str(one % 10 or "") for one in keys[:count]], pa.string())
    data = pa.RecordBatch.from_pydict(
        {
            "x": pa.array(texts, pa.string()),
            "id": key if textual else pa.array(keys[:count], pa.int64()),
            "at": pa.array(moments[:count], pa.timestamp("us", "UTC")),
        }
    )
    mapping = Mapping(1, "e", (_field("enum"), FieldMapping("id", "name")), ("id",))
    _agreed(engine, data, mapping, version=1 << EPOCH_BITS, version_column="at")


@pytest.mark.parametrize(
    ("keys", "arrow"),
    [(["a", ""], pa.string()), (["a", None], pa.string()), ([1, None], pa.int64()), ([], pa.string())],
)
def test_key_when_one_is_missing_then_it_is_the_engines(keys: list[Any], arrow: pa.DataType) -> None:
    data = pa.RecordBatch.from_pydict({"x": pa.array(keys, arrow)})
    assert "_key" not in handed_on(data, Mapping(1, "e", (), ("x",)))


def test_versions_when_a_moment_is_none_or_out_of_range_then_they_are_the_engines() -> None:
    for late in (None, datetime(1969, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)):
        at = pa.array([datetime(2026, 1, 1, tzinfo=UTC), late], pa.timestamp("us", "UTC"))
        data = pa.RecordBatch.from_pydict({"at": at})
        assert "_version" not in handed_on(data, Mapping(1, "e", ()), version=1, version_column="at")


def test_versions_when_there_is_no_version_column_then_a_column_without_a_name_is_none() -> None:
    at = pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert "_version" not in handed_on(pa.RecordBatch.from_pydict({"": at}), Mapping(1, "e", ()))


def test_projector_when_arrow_makes_every_output_then_the_engine_is_not_asked(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.close()
    mapping = Mapping(1, "e", (_field("enum"), FieldMapping("id", "name")), ("id",))
    at = pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    data = pa.RecordBatch.from_pydict({"x": ["Won"], "id": [7]})
    result = Projector(engine, mapping, "c/s", "f", 3).project(data, pa.array([1], pa.int64()))
    row = {"_key": "7", "_version": 3, "_source": "c/s", "_row": 1, "out": "won", "name": "7", "_extras": None}
    assert result.rows.to_pylist() == [row]
    assert not result.misfits
    dated = pa.RecordBatch.from_arrays([*data.columns, at], names=["x", "id", "at"])
    whole = Mapping(1, "e", (*mapping.fields, FieldMapping("at", "at", "timestamp", Transform("timestamp"))), ("id",))
    again = Projector(engine, whole, "c/s", "f", 3, version_column="at").project(dated, pa.array([1], pa.int64()))
    assert again.rows.column("_version").to_pylist() == [3 + 1767225600_000000]


def test_projector_when_one_batch_does_not_fit_then_its_misfits_are_told_and_the_next_is_whole_again(
    engine: Engine,
) -> None:
    projector = Projector(engine, Mapping(1, "e", (_field("enum"),), ("id",)), "c/s", "f", 3)
    for stage, key, kept in (
        ("Won", 1, ["won"]),
        ("WON ", 2, ["won"]),
        ("lost", 3, []),
        ("Won", None, []),
        ("Won", 4, ["won"]),
    ):
        data = pa.RecordBatch.from_pydict({"x": [stage], "id": pa.array([key], pa.int64())})
        result = projector.project(data, pa.array([1], pa.int64()))
        assert result.rows.column("out").to_pylist() == kept
        assert len(result.misfits) == 1 - len(kept)
