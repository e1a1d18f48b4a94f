"""Documents as rows where no server is needed: what a hostile or broken one may send."""

import math
import struct
from typing import Any

import bson
import pytest
from aam.adapters.sources.mongo.client import CODEC
from aam.adapters.sources.mongo.rows import Rows
from aam.adapters.sources.mongo.shapes import MAX_COLUMNS, Profile, declare
from aam.domain.schema import StreamSchema
from aam.ports import SourceBatch
from bson import Int64
from bson.datetime_ms import DatetimeMS

Document = dict[str, Any]


def shaped(documents: list[Document], depth: int = 2) -> StreamSchema:
    profile = Profile()
    for document in documents:
        profile.add(document, depth)
    return declare(profile, depth, None, keyed=True, validator={})


def batch(schema: StreamSchema, documents: list[Document]) -> SourceBatch:
    return Rows(schema, "deals").batch(documents, 1, None, ())


def test_batch_when_years_are_out_of_reach_then_rows_are_set_aside() -> None:
    documents = [{"_id": n, "at": DatetimeMS(ms)} for n, ms in enumerate((0, 10**15, -(10**15), 253_402_300_799_999))]
    found = batch(shaped(documents), documents)
    assert found.data.column("_id").to_pylist() == [0, 3]
    assert [(one.row, one.value, one.reason) for one in found.misfits] == [
        (2, "1000000000000000 ms since 1970", "the year is not between 1 and 9999"),
        (3, "-1000000000000000 ms since 1970", "the year is not between 1 and 9999"),
    ]


def test_batch_when_texts_and_names_are_not_utf8_then_only_their_rows_are_set_aside() -> None:
    good = bson.encode({"_id": 1, "name": "fine"})
    texts = [good, good.replace(b"fine", b"f\xff\xfee"), good.replace(b"name", b"n\xffme")]
    documents = [bson.decode(one, CODEC) for one in texts]
    schema = shaped(documents[:1])
    found = batch(schema, documents)
    assert found.data.num_rows == 1
    assert [(one.row, one.column, one.reason) for one in found.misfits] == [
        (2, "name", "the text is not valid UTF-8"),
        (3, "_other", "the text is not valid UTF-8"),
    ]
    assert found.misfits[0].value == "f\\udcff\\udcfee"
    for one in found.misfits:
        one.record.encode()
    wild = shaped(documents)
    assert all(column.name.encode() for column in wild.columns)


def test_declare_when_a_document_has_ten_thousand_names_then_columns_are_bounded_and_the_rest_is_kept() -> None:
    wide = {"_id": 1, **{f"k{n}": n for n in range(10_000)}}
    schema = shaped([wide, {"_id": 2, "k9999": 1}])
    assert len(schema.columns) == MAX_COLUMNS + 1
    assert "k9999" in schema.names
    found = batch(schema, [wide])
    [row] = found.data.to_pylist()
    others = bson.json_util.loads(row["_other"])
    assert len(others) + MAX_COLUMNS == 10_001
    assert all(row.get(f"k{n}", others.get(f"k{n}")) == n for n in range(10_000))


def test_declare_when_names_are_alike_then_each_has_its_own_column() -> None:
    document = {"_id": 1, "a.b": 1, "a": {"b": 2, "": 3}, "a\\": {"b": 4}, "": 5, "_other": 6, "_aos_row": 7, "A": 8}
    schema = shaped([document])
    assert len(set(schema.names)) == len(schema.names)
    [row] = batch(schema, [document]).data.to_pylist()
    assert row == {
        "_id": 1, "a\\.b": 1, "a.b": 2, "a.": 3, "a\\\\.b": 4, "": 5, "\\_other": 6, "\\_aos_row": 7, "A": 8,
        "_other": None,
    }  # fmt: skip


def test_declare_when_documents_are_deep_then_columns_end_at_the_depth() -> None:
    deep: Document = {"v": 1}
    for _ in range(90):
        deep = {"in": deep}
    document = {"_id": 1, "a": deep, "n": {"x": {"y": {"z": 1}}}}
    for depth, names in ((0, ["_id", "a", "n", "_other"]), (1, ["_id", "a.in", "n.x", "_other"])):
        assert shaped([document], depth).names == names
    [row] = batch(shaped([document]), [document]).data.to_pylist()
    assert row["n.x.y"] == '{"z":1}'
    assert row["a.in.in"].count('"in"') == 88


def test_decode_when_nesting_is_beyond_all_bounds_then_fails_by_name() -> None:
    raw = b"\x05\0\0\0\0"
    for _ in range(20_000):
        raw = struct.pack("<i", len(raw) + 8) + b"\x03a\0" + raw + b"\0"
    with pytest.raises(bson.errors.InvalidBSON):
        bson.decode(raw, CODEC)


def test_batch_when_numbers_are_not_finite_or_huge_then_they_stay_what_they_are() -> None:
    documents: list[Document] = [
        {"_id": 1, "x": math.inf, "n": Int64(2**63 - 1), "j": [math.nan, -math.inf]},
        {"_id": 2, "x": -0.0, "n": Int64(-(2**63)), "j": [1e308]},
    ]
    one, two = batch(shaped(documents), documents).data.to_pylist()
    assert (one["x"], one["n"], two["n"], str(two["x"])) == (math.inf, 2**63 - 1, -(2**63), "-0.0")
    assert one["j"] == '[{"$numberDouble": "NaN"}, {"$numberDouble": "-Infinity"}]'
