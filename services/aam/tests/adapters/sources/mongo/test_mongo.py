"""The mongo connector over the wire: exact values, steady shapes, resumed scans, followed changes, clear refusals."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.adapters.sources.mongo.source import MongoSource
from aam.domain.errors import Fault, InvalidSettings, SourceError
from aam.ports import Json, SourceBatch
from aos_common.egress import Egress
from bson import Binary, Code, Decimal128, Int64, MaxKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from pymongo import MongoClient
from pymongo.database import Database

Shop = Database[dict[str, Any]]
ONE = ObjectId("65a000000000000000000001")


@pytest.fixture
def shop(mongo_url: str) -> Iterator[Shop]:
    """An empty database of the test's own."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = f"shop_{uuid4().hex[:8]}"
        yield client[name]
        client.drop_database(name)


def settings_of(shop: Shop, **settings: Any) -> dict[str, Any]:
    host, port = shop.client.address or ("", 0)
    plain = {"hosts": [f"{host}:{port}"], "database": shop.name, "user": "reader", "password": "reader-geheim"}
    return {**plain, "tls": "disable", **settings}


def source(shop: Shop, batch_rows: int = 100, **settings: Any) -> MongoSource:
    connector = MongoConnector(Egress("127.0.0.1"), batch_rows)
    return connector.open(*connector.split(settings_of(shop, **settings)))


def read(of: MongoSource, stream: str, cursor: Json | None = None) -> tuple[list[SourceBatch], Json, bool]:
    with of.read(stream, cursor or {}) as reading:
        batches = list(reading.batches())
        return batches, json.loads(json.dumps(reading.cursor())), reading.snapshot


def rows(batches: list[SourceBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.data.to_pylist()]


def gone(batches: list[SourceBatch]) -> list[Any]:
    return [row["_id"] for batch in batches if batch.deleted is not None for row in batch.deleted.to_pylist()]


def columns(of: MongoSource, stream: str) -> dict[str, str]:
    found = next(one for one in of.discover() if one.name == stream)
    assert found.schema is not None, found.error
    return {column.name: column.type for column in found.schema.columns}


def test_read_when_all_kinds_of_values_then_nothing_is_lost(shop: Shop) -> None:
    shop.deals.insert_one(
        {
            "_id": ONE, "text": "grün", "small": 1, "long": Int64(2**60), "rate": 0.1, "ok": True,
            "at": datetime(2024, 1, 2, 3, 4, 5, 678000, UTC), "amount": Decimal128("12345678901234567890.0900"),
            "ref": UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8").hex, "raw": Binary(b"\xff\x00"), "none": None,
            "tags": ["a", 1, {"b": Decimal128("1.0")}],
            "address": {"city": "Bonn", "geo": {"lat": 1.5, "at": {"z": 1}}},
            "odd": Regex("^a", "i"), "code": Code("x"), "stamp": Timestamp(1, 2), "most": MaxKey(),
            "a.b": 3, "nan": math.nan,
        }
    )  # fmt: skip
    assert columns(source(shop), "deals") == {
        "_id": "objectid", "a\\.b": "int64", "address.city": "text", "address.geo.at": "json",
        "address.geo.lat": "float64", "amount": "decimal128", "at": "timestamp[us, tz=UTC]", "code": "json",
        "long": "int64", "most": "json", "nan": "float64", "odd": "json", "ok": "bool", "rate": "float64",
        "raw": "bindata", "ref": "text", "small": "int64", "stamp": "json", "tags": "json", "text": "text",
        "_other": "json",
    }  # fmt: skip
    [row] = rows(read(source(shop), "deals")[0])
    assert math.isnan(row.pop("nan"))
    assert row == {
        "_id": str(ONE), "text": "grün", "small": 1, "long": 2**60, "rate": 0.1, "ok": True,
        "at": datetime(2024, 1, 2, 3, 4, 5, 678000, UTC), "amount": "12345678901234567890.0900",
        "ref": "6ba7b8109dad11d180b400c04fd430c8", "raw": "/wA=", "tags": '["a",1,{"b":{"$numberDecimal":"1.0"}}]',
        "address.city": "Bonn", "address.geo.lat": 1.5, "address.geo.at": '{"z":1}', "a\\.b": 3,
        "odd": '{"$regularExpression":{"pattern":"^a","options":"i"}}', "code": '{"$code":"x"}',
        "stamp": '{"$timestamp":{"t":1,"i":2}}', "most": '{"$maxKey":1}', "_other": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind", "read_as"),
    [
        ([1, 2.5], "float64", [1.0, 2.5]),
        ([2**60, 2.5], "mixed", [str(2**60), "2.5"]),
        ([1, Decimal128("2.50")], "decimal128", ["1", "2.50"]),
        ([1.5, Decimal128("2.50")], "mixed", ["1.5", "2.50"]),
        ([1, "1"], "mixed", ["1", "1"]),
        ([True, 1], "mixed", ["true", "1"]),
        ([{"a": 1}, "x"], "mixed", ['{"a":1}', "x"]),
        ([{"a": 1}, [1]], "json", ['{"a":1}', "[1]"]),
        ([DatetimeMS(0), "x"], "mixed", ["1970-01-01T00:00:00+00:00", "x"]),
        ([b"\xff", UUID(int=1).bytes], "bindata", ["/w==", "AAAAAAAAAAAAAAAAAAAAAQ=="]),
    ],
)
def test_discover_when_types_differ_then_widens_by_the_rule(
    shop: Shop, values: list[Any], kind: str, read_as: list[Any]
) -> None:
    shop.deals.insert_many([{"_id": number, "value": value} for number, value in enumerate(values)])
    assert columns(source(shop), "deals") == {"_id": "int64", "value": kind, "_other": "json"}
    assert [row["value"] for row in rows(read(source(shop), "deals")[0])] == read_as


def test_read_when_ids_are_of_many_types_then_every_document_has_its_own_key(shop: Shop) -> None:
    ids = [None, 1, 2.5, Int64(2**60), "1", {"a": 1}, Binary(b"x"), ONE, True, datetime(2024, 1, 1, tzinfo=UTC)]
    shop.deals.insert_many([{"_id": one, "n": number} for number, one in enumerate(ids)])
    for batch_rows in (1, 3):
        batches, _, _ = read(source(shop, batch_rows), "deals")
        found = [(row["_id"], row["n"]) for row in rows(batches)]
        assert [n for _, n in found] == list(range(10))
        assert [key for key, _ in found[:6]] == ["null", "1", "2.5", str(2**60), '"1"', '{"a":1}']
        assert len({key for key, _ in found}) == 10
        for reached, batch in enumerate(batches, 1):
            assert batch.state is not None
            rest = read(source(shop, batch_rows), "deals", json.loads(json.dumps(batch.state)))
            assert [row["n"] for row in rows(rest[0])] == [n for _, n in found[reached * batch_rows :]]
            assert not rest[2]


def test_read_when_the_end_is_saved_then_changes_follow_once_each(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n, "n": n} for n in range(5)])
    of = source(shop, 2)
    _, cursor, snapshot = read(of, "deals")
    assert snapshot
    assert set(cursor) == {"collection", "uuid", "token", "time"}
    for n in range(3):
        shop.deals.update_one({"_id": 1}, {"$set": {"n": 10 + n}})
    shop.deals.delete_one({"_id": 2})
    shop.deals.insert_one({"_id": 9, "n": 9})
    shop.deals.insert_one({"_id": 8, "n": 8})
    shop.deals.delete_one({"_id": 8})
    batches, after, snapshot = read(of, "deals", cursor)
    assert not snapshot
    assert {row["_id"]: row["n"] for row in rows(batches)} == {1: 12, 9: 9}
    assert len(rows(batches)) == 2
    assert gone(batches) == [2, 8]
    states = [batch.state for batch in batches if batch.state]
    assert len(states) == 2
    rest, _, _ = read(of, "deals", states[0])
    assert rows(rest) + [{"_id": key} for key in gone(rest)] == [
        {"_id": 9, "n": 9, "_other": None},
        {"_id": 8},
    ]
    with of.read("deals", after) as reading:
        assert reading.unchanged
        assert list(reading.batches()) == []
        assert reading.cursor()


def test_read_when_a_change_falls_into_the_scan_then_the_next_reading_has_it(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n, "n": 0} for n in range(6)])
    of = source(shop, 2)
    with of.read("deals", {}) as reading:
        batches = reading.batches()
        seen = rows([next(batches)])
        shop.deals.update_one({"_id": 0}, {"$set": {"n": 1}})
        shop.deals.delete_one({"_id": 1})
        seen += rows(list(batches))
        cursor = reading.cursor()
    assert len(seen) == 6
    later, _, _ = read(of, "deals", cursor)
    assert [(row["_id"], row["n"]) for row in rows(later)] == [(0, 1)]
    assert gone(later) == [1]


def test_read_when_the_cursor_leads_nowhere_then_reads_everything(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n} for n in range(3)])
    of = source(shop, 2)
    batches, cursor, _ = read(of, "deals")
    state = dict(batches[0].state or {})
    broken: list[Json] = [
        {**cursor, "token": {"_data": "garbage"}},
        {**cursor, "token": {"_data": "82" + "ff" * 20}},
        {**cursor, "token": 7},
        {**cursor, "time": [2**31 - 1, 1]},
        {**cursor, "uuid": "another"},
        {**cursor, "collection": "others"},
        {**state, "after": 1_000_000},
        {**state, "after": {"$oid": "no"}},
        {**state, "rows": "many"},
        {"content": "a hash"},
    ]
    for wrong in broken:
        found, again, snapshot = read(of, "deals", wrong)
        assert (len(rows(found)), snapshot, bool(again)) == (3, True, True), wrong
    shop.deals.drop()
    shop.deals.insert_one({"_id": 7})
    found, _, snapshot = read(of, "deals", cursor)
    assert (rows(found)[0]["_id"], snapshot) == (7, True)
    shop.deals.rename("others")
    shop.deals.insert_one({"_id": 8})
    assert read(of, "deals", cursor)[2]


def test_read_when_change_streams_are_not_wanted_then_always_reads_everything(shop: Shop) -> None:
    shop.deals.insert_one({"_id": 1})
    of = source(shop, change_streams=False)
    assert read(of, "deals")[1:] == ({}, True)


def test_read_when_a_field_appears_later_than_the_sample_then_it_is_kept_and_in_time_a_column(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n, "n": 1, "in": {"a": n}} for n in range(200)])
    of = source(shop, 1000, sample_size=30)
    known = next(one for one in of.discover() if one.name == "deals").schema
    assert known is not None
    late = {"new": 5, "in": {"b": "x"}}
    with of.read_as("deals", {}, known) as reading:  # the sample is drawn here
        assert reading.schema == known
        shop.deals.update_one({"_id": 100}, {"$set": {"new": 5, "in.b": "x"}})
        shop.deals.update_one({"_id": 101}, {"$set": {"in": "plain"}})
        found = {row["_id"]: row for row in rows(list(reading.batches()))}
    assert json.loads(found[100]["_other"]) == {"new": 5, "in.b": "x"}
    assert json.loads(found[101]["_other"]) == {"in": "plain"}
    assert found[102]["_other"] is None
    shop.deals.delete_one({"_id": 101})
    shop.deals.insert_many([{"_id": 1000 + n, **late} for n in range(10)])
    with of.read_as("deals", {}, known) as reading:
        names = {column.name: column.type for column in reading.schema.columns}
    assert (names["new"], names["in.b"], names["in.a"], names["n"]) == ("int64", "text", "int64", "int64")
    again = next(one for one in of.discover() if one.name == "deals").schema
    with of.read_as("deals", {}, again) as reading:
        assert reading.schema == again


def test_read_when_values_do_not_fit_the_known_columns_then_their_rows_are_set_aside(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n, "n": n, "x": 0.5, "at": datetime(2024, 1, 1, tzinfo=UTC)} for n in range(300)])
    known = next(one for one in source(shop).discover() if one.name == "deals").schema
    shop.deals.update_one({"_id": 0}, {"$set": {"n": "many"}})
    shop.deals.update_one({"_id": 2}, {"$set": {"x": Int64(2**60)}})
    shop.deals.update_one({"_id": 3}, {"$set": {"n": 3.0}})
    shop.deals.insert_one({"_id": "four"})
    with source(shop).read_as("deals", {}, known) as reading:
        assert reading.schema == known
        batches = list(reading.batches())
    assert len(rows(batches)) == 298
    assert rows(batches)[1] == {"_id": 3, "n": 3, "x": 0.5, "at": datetime(2024, 1, 1, tzinfo=UTC), "_other": None}
    told = [(one.row, one.column, one.value, one.reason) for batch in batches for one in batch.misfits]
    assert told == [
        (1, "n", "many", "the value is of kind text, the column of kind int64"),
        (3, "x", str(2**60), "the whole number would lose digits as a float64"),
        (301, "_id", "four", "the value is of kind text, the column of kind int64"),
    ]


def test_discover_when_fields_are_excluded_then_they_never_leave_the_server(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n, "ssn": "secret", "in": {"ssn": "secret", "a": 1}} for n in range(50)])
    of = source(shop, sample_size=10, exclude_columns={"deals": ["ssn", "in.ssn"]})
    assert columns(of, "deals") == {"_id": "int64", "in.a": "int64", "_other": "json"}
    batches, cursor, _ = read(of, "deals")
    shop.deals.update_one({"_id": 1}, {"$set": {"ssn": "secret too"}})
    batches += read(of, "deals", cursor)[0]
    assert "secret" not in str(rows(batches))
    for wrong in ("_id", "$where", "a\\.b", "a..b"):
        with pytest.raises(InvalidSettings):
            source(shop, exclude_columns={"deals": [wrong]})


def test_discover_when_the_database_has_views_and_documentation_then_tells_them(shop: Shop) -> None:
    described = {"description": "What was sold", "properties": {"n": {"description": "How many"}}}
    shop.create_collection("deals", validator={"$jsonSchema": described})
    shop.deals.insert_many([{"_id": n, "n": n} for n in range(5)])
    shop.create_collection("many", viewOn="deals", pipeline=[{"$match": {"n": {"$gt": 2}}}])
    shop.create_collection("none")
    found = {one.name: one for one in source(shop).discover()}
    assert list(found) == ["deals", "many", "none"]
    deals, many = found["deals"].schema, found["many"].schema
    assert deals is not None
    assert many is not None
    assert (found["deals"].documentation, deals.columns[1].comment) == ("What was sold", "How many")
    assert (deals.primary_key, many.primary_key) == (("_id",), ())
    assert "holds no document yet" in found["none"].error
    batches, cursor, snapshot = read(source(shop, 1), "many")
    assert (len(rows(batches)), cursor, snapshot, batches[0].state) == (2, {}, True, None)
    assert [one.name for one in source(shop, collections=["many"]).discover()] == ["many"]


@pytest.mark.parametrize(
    ("setting", "value", "reason", "fault"),
    [
        ("password", "hunter2", "SOURCE_AUTHENTICATION_FAILED", Fault.CONFIG),
        ("hosts", ["no.such.host.invalid"], "SOURCE_HOST_UNKNOWN", Fault.CONFIG),
        ("hosts", ["127.0.0.1:1"], "SOURCE_UNREACHABLE", Fault.TRANSIENT),
        ("hosts", ["169.254.169.254"], "SOURCE_ADDRESS_NOT_ALLOWED", Fault.CONFIG),
        ("tls_ca", "no certificate", "SOURCE_TLS_FAILED", Fault.CONFIG),
    ],
)
def test_check_when_a_setting_is_wrong_then_says_which_and_hides_the_password(
    shop: Shop, setting: str, value: Any, reason: str, fault: Fault
) -> None:
    source(shop).check()
    with pytest.raises(SourceError) as caught:
        source(shop, **{setting: value}, **({"tls": "verify-full"} if setting == "tls_ca" else {})).check()
    assert (caught.value.reason, caught.value.fault) == (reason, fault)
    assert caught.value.hint
    for told in (str(caught.value), caught.value.internal, repr(caught.value.__cause__)):
        assert "hunter2" not in told
        assert "reader-geheim" not in told


def test_settings_when_a_url_is_given_then_its_parts_are_taken_and_mistakes_show_no_secret() -> None:
    connector = MongoConnector(Egress())
    public, secret = connector.split(
        {"url": "mongodb://me:p%40ss@a.example,b.example:27018/shop?tls=true&authSource=people"}
    )
    assert secret == {"password": "p@ss"}
    assert public["hosts"] == ["a.example:27017", "b.example:27018"]
    assert (public["database"], public["user"], public["tls"], public["auth_source"]) == (
        "shop", "me", "verify-full", "people",
    )  # fmt: skip
    for url in ("mongodb+srv://me:hunter2@a.example/shop", "mysql://me:hunter2@a/b", "mongodb://me:hunter2@a.example"):
        with pytest.raises(InvalidSettings) as caught:
            connector.split({"url": url})
        assert "hunter2" not in str(caught.value)


def test_read_when_documents_are_huge_wide_and_deep_then_reads_within_bounds(shop: Shop) -> None:
    deep: dict[str, Any] = {"v": 1}
    for _ in range(80):
        deep = {"in": deep}
    shop.deals.insert_one({"_id": 1, "v": "x" * (15 << 20)})
    shop.deals.insert_one({"_id": 2, "v": "y" * (15 << 20)})
    shop.deals.insert_one({"_id": 3, "deep": deep, **{f"k{n}": n for n in range(10_000)}})
    of = source(shop, 1000)
    batches, _, _ = read(of, "deals")
    found = rows(batches)
    assert [len(row["v"] or "") for row in found] == [15 << 20, 15 << 20, 0]
    assert len(batches) > 1
    held = {**found[2], **json.loads(found[2]["_other"])}
    assert all(held[f"k{n}"] == n for n in range(10_000))
    assert held["deep.in.in"].count('"in"') == 78


@pytest.mark.parametrize(
    ("command", "code", "reason", "fault"),
    [
        ("find", 11600, "SOURCE_UNREACHABLE", Fault.TRANSIENT),
        ("find", 50, "SOURCE_TIMEOUT", Fault.TRANSIENT),
        ("listCollections", 13, "SOURCE_PERMISSION_DENIED", Fault.CONFIG),
        ("find", 2, "SOURCE_FAILED", Fault.SYSTEM),
    ],
)
def test_read_when_the_server_fails_then_says_whose_turn_it_is(
    shop: Shop, command: str, code: int, reason: str, fault: Fault
) -> None:
    shop.deals.insert_one({"_id": 1})
    wanted = {"failCommands": [command], "errorCode": code, "appName": "autonomos"}
    shop.client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 2}, "data": wanted})
    try:
        with pytest.raises(SourceError) as caught:
            read(source(shop), "deals")
    finally:
        shop.client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
    assert (caught.value.reason, caught.value.fault) == (reason, fault)
    assert "reader-geheim" not in caught.value.internal


def test_read_when_an_answer_fails_midway_then_the_last_state_leads_on(shop: Shop) -> None:
    shop.deals.insert_many([{"_id": n} for n in range(30)])
    of, seen = source(shop, 10, change_streams=False), []
    state: Json = {}
    wanted = {"failCommands": ["getMore"], "closeConnection": True, "appName": "autonomos"}
    shop.client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": wanted})
    try:
        with pytest.raises(SourceError) as caught, of.read("deals", {}) as reading:
            for batch in reading.batches():
                seen += rows([batch])
                state = batch.state or {}
    finally:
        shop.client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
    assert (len(seen), caught.value.reason, caught.value.fault) == (10, "SOURCE_UNREACHABLE", Fault.TRANSIENT)
    seen += rows(read(of, "deals", state)[0])
    assert [row["_id"] for row in seen] == list(range(30))
