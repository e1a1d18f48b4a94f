"""Documents read column by column give what they give one by one, whatever they hold."""

import random
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import bson
import pytest
from aam.adapters.sources.mongo import rows
from aam.adapters.sources.mongo.client import CODEC
from aam.adapters.sources.mongo.layouts import Documents
from aam.adapters.sources.mongo.rows import MOST_LEARNED, Rows
from aam.adapters.sources.mongo.shapes import Profile, declare
from aam.domain.schema import StreamSchema
from aam.ports import SourceBatch
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.errors import InvalidBSON
from hypothesis import given, settings
from hypothesis import strategies as st

Document = dict[str, Any]
WRITTEN: CodecOptions[Document] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
WORTH = 64
"""Documents that layouts are learned from here: the fewer, the more examples."""


@pytest.fixture(scope="module", autouse=True)
def worth() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "WORTH", WORTH)
        yield


def encoded(documents: list[Document]) -> list[bytes]:
    return [bson.encode(one, codec_options=WRITTEN) for one in documents]


def shaped(raws: list[bytes], depth: int = 2) -> StreamSchema:
    profile = Profile()
    for raw in raws:
        profile.add(bson.decode(raw, CODEC), depth)
    return declare(profile, depth, None, keyed=True, validator={})


def both(schema: StreamSchema, raws: list[bytes]) -> tuple[SourceBatch, SourceBatch]:
    """Column by column where that can be, and one by one."""
    several = [Documents.listed(raws[:90]), Documents.listed(raws[90:])] if len(raws) > 90 else [Documents.listed(raws)]
    every = [bson.decode(raw, CODEC) for raw in raws]
    return Rows(schema, "deals").read(several, 7, None), Rows(schema, "deals").batch(every, 7, None, ())


def same(one: SourceBatch, other: SourceBatch) -> bool:
    assert one.misfits == other.misfits
    assert one.rows.to_pylist() == other.rows.to_pylist()
    assert one.data.schema == other.data.schema
    one.data.validate(full=True)
    # As text, for a number that is none equals no other.
    return repr(one.data.to_pylist()) == repr(other.data.to_pylist())


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents were read one by one, reading for reading."""
    counts: list[int] = []
    some = Documents.some

    def counting(self: Documents, places: Any) -> list[Document]:
        found = some(self, places)
        counts.append(len(found))
        return found

    monkeypatch.setattr(Documents, "some", counting)
    return counts


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**31), 2**31 - 1),
    st.sampled_from([2**53, 2**53 + 1, -(2**53), -(2**53) - 1]).map(Int64),
    st.floats(),
    st.sampled_from([1.0, -0.0, 2.0**53, 2.0**53 + 2, 1.5]),
    st.text(max_size=20),
    st.sampled_from(["", "a\0b", "grün", "x" * 300]),
    st.binary(min_size=12, max_size=12).map(ObjectId),
    st.integers(-(2**62), 2**62).map(DatetimeMS),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda one: one.replace(tzinfo=UTC)),  # noqa: DTZ001
    st.sampled_from([Decimal128("1.10"), Decimal128("NaN"), Decimal128("-0E+3")]),
    st.uuids(),
    st.binary(max_size=9),
    st.sampled_from(
        [Binary(b"ab", 5), Code("x"), Code("x", {"y": 1}), Regex("^a"), MinKey(), MaxKey(), Timestamp(1, 2)]
    ),
    st.just(DBRef("deals", 1)),
    st.lists(st.integers(0, 9), max_size=3),
)
NESTED = st.dictionaries(st.sampled_from(["x", "y", "a much longer name"]), VALUES, max_size=3)
NAMES = st.sampled_from(["a", "seven77", "eight888", "a.b", "ä", "name of sixteen.", "name of seventeen"])


@settings(max_examples=150)
@given(
    st.lists(st.dictionaries(NAMES, st.one_of(VALUES, NESTED), max_size=5), min_size=1, max_size=6),
    st.integers(0, 2),
    st.randoms(use_true_random=False),
)
def test_read_when_documents_are_of_every_kind_then_equals_reading_them_one_by_one(
    kinds: list[Document], depth: int, rng: random.Random
) -> None:
    documents = []
    for number in range(3 * WORTH):
        chosen = rng.choice(kinds)
        names = [name for name in chosen if rng.random() < 0.9]
        if rng.random() < 0.1:
            rng.shuffle(names)
        key: Any = number if rng.random() < 0.99 else None
        documents.append({"_id": key, **{name: rng.choice([chosen[name], chosen[name], None]) for name in names}})
    raws = encoded(documents)
    schema = shaped(raws[: rng.choice([1, 5, len(raws)])], depth)
    assert same(*both(schema, raws))


def test_read_when_documents_are_alike_then_none_is_read_one_by_one(counted: list[int]) -> None:
    documents: list[Document] = [
        {
            "_id": ObjectId(f"{number:024x}"), "name": f"Ärger {number}", "count": number, "big": Int64(number << 40),
            "rate": number / 7, "ok": number % 2 == 0, "at": datetime(2024, 1, 2, tzinfo=UTC), "note": None,
            "amount": Decimal128(f"{number}.50"), "ref": UUID(int=number), "tags": ["a", number],
            "address": {"city": "Bonn" if number % 3 else None, "geo": {"lat": 1.5, "deep": {"er": number}}},
            **({"seldom": "here"} if number % 5 == 0 else {}), "mixed": number if number % 2 else number / 2,
        }
        for number in range(1_000)
    ]  # fmt: skip
    raws = encoded(documents)
    schema = shaped(raws)
    one, other = both(schema, raws)
    assert same(one, other)
    assert counted == [32], "a few for the layout, then none"


def test_read_when_some_documents_are_odd_then_only_they_are_read_one_by_one(counted: list[int]) -> None:
    documents: list[Document] = [{"_id": n, "name": f"n{n}", "at": DatetimeMS(n)} for n in range(1_000)]
    raws = encoded(documents)
    schema = shaped(raws)
    raws[3] = bson.encode({"_id": 3, "at": DatetimeMS(0), "name": "other order"})
    raws[17] = bson.encode({"_id": 17, "name": "n", "at": DatetimeMS(0), "new": 1})
    raws[500] = bson.encode({"_id": 500, "name": 5, "at": DatetimeMS(10**15)})
    raws[501] = bson.encode({"_id": None, "name": "x"})
    raws[999] = raws[999].replace(b"n999", b"n\xff99")
    one, other = both(schema, raws)
    assert same(one, other)
    assert [misfit.row for misfit in one.misfits] == [507, 508, 1006]
    assert counted == [32, 2, 3], "the sample for the layout, and the odd ones of each answer"


def test_read_when_no_two_documents_are_alike_then_layouts_are_not_sought_for_ever(counted: list[int]) -> None:
    dice = random.Random(1)
    names = [f"f{n}" for n in range(12)]
    raws = encoded([{"_id": n, **dict.fromkeys(dice.sample(names, 12), n)} for n in range(100 * (MOST_LEARNED + 5))])
    several = [Documents.listed(raws[at : at + 100]) for at in range(0, len(raws), 100)]
    batch = Rows(shaped(raws), "deals").read(several, 1, None)
    assert batch.data.column("f3").to_pylist() == list(range(len(raws)))
    assert counted.count(32) == MOST_LEARNED
    assert counted[-5:] == [100] * 5


@pytest.mark.parametrize("seed", range(20))
def test_read_when_bytes_are_broken_then_fails_as_one_by_one_or_gives_the_same(seed: int) -> None:
    rng = random.Random(seed)
    documents: list[Document] = [
        {"_id": n, "name": f"name {n}", "in": {"x": n, "text": "y" * (n % 40)}, "list": [n, "a"], "raw": b"abc"}
        for n in range(200)
    ]
    raws = encoded(documents)
    schema = shaped(raws)
    for _ in range(30):
        broken = [bytearray(one) for one in raws]
        for _ in range(rng.randrange(1, 4)):
            one = rng.choice(broken)
            one[rng.randrange(4, len(one))] = rng.choice([0, 1, 2, 3, 4, 5, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        texts = [bytes(one) for one in broken]
        try:
            expected = Rows(schema, "deals").batch([bson.decode(one, CODEC) for one in texts], 7, None, ())
        except (bson.errors.BSONError, RecursionError):
            with pytest.raises((bson.errors.BSONError, RecursionError)):
                Rows(schema, "deals").read([Documents.listed(texts)], 7, None)
            continue
        assert same(Rows(schema, "deals").read([Documents.listed(texts)], 7, None), expected)


def test_some_when_a_length_leads_beyond_the_answer_then_fails_by_name() -> None:
    whole = bson.encode({"_id": 1, "name": "x"})
    documents = Documents.listed([whole, struct.pack("<i", 10_000) + whole[4:]])
    with pytest.raises(InvalidBSON):
        documents.some([1])
