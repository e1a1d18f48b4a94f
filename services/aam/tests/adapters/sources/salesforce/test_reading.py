"""Reading: every row once, in full, in small steps, and nothing written."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from aam.adapters.sources.salesforce.reading import bulk
from aam.domain.errors import SourceError
from aos_local.salesforce.client import Emulator

START = "2024-01-01T00:00:00Z"
OURS = {"of": "00D000000000001"}
BULK, REST = {"bulk_from_rows": 1}, {"bulk_from_rows": 1_000_000}
BOTH = pytest.mark.parametrize("how", [BULK, REST], ids=["bulk", "rest"])


def _ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _account(name: str, stamp: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "SystemModstamp": stamp, "LastModifiedDate": stamp, "CreatedDate": stamp, **more}


def test_discover_when_objects_differ_then_streams_tell_key_cursor_and_meaning(open_source: Any) -> None:
    found = {stream.name: stream for stream in open_source().discover()}
    assert sorted(found) == ["Account", "CaseStatus", "Contact", "LoginHistory", "Opportunity"]
    account = found["Account"]
    assert account.schema.primary_key == ("Id",)
    assert account.cursors == ("SystemModstamp", "LastModifiedDate", "CreatedDate")
    assert [found[name].schema.cursor for name in ("Account", "LoginHistory", "CaseStatus")] == [
        "SystemModstamp", "LoginTime", "",
    ]  # fmt: skip
    columns = {column.name: column for column in account.schema.columns}
    assert "BillingAddress" not in columns
    assert "IsDeleted" not in columns
    assert columns["AnnualRevenue"].type == "double"
    assert "last full business year" in columns["AnnualRevenue"].comment
    assert not columns["Id"].nullable
    assert columns["Name"].nullable


@BOTH
def test_read_when_values_are_odd_then_arrive_as_they_are(
    how: dict[str, int], emulator: Emulator, open_source: Any, read: Any
) -> None:
    long = "x" * 9_000
    odd = 'a "quoted", text\nof lines; =1+1 \\ ünï ☃ NULL'
    emulator.load(
        "Account",
        [
            _account(odd, _ago(days=2), AnnualRevenue=1.0e16, NumberOfEmployees=7, Active__c=True, Description=long),
            _account("NULL", _ago(days=1), AnnualRevenue=0.1),
        ],
    )
    emulator.load("Contact", [_account("", _ago(days=1), LastName="L", Birthdate="1969-12-31")])
    rows = sorted(read(open_source(**how), "Account").rows, key=lambda row: row["SystemModstamp"])
    assert [row["Name"] for row in rows] == [odd, "NULL"]
    assert [row["AnnualRevenue"] for row in rows] == [1.0e16, 0.1]
    assert (rows[0]["NumberOfEmployees"], rows[0]["Active__c"], rows[1]["Active__c"]) == (7, True, False)
    assert (rows[0]["Description"], rows[1]["Description"]) == (long, None)
    assert rows[0]["SystemModstamp"].tzinfo is not None
    assert read(open_source(**how), "Contact").rows[0]["Birthdate"] == date(1969, 12, 31)


def test_read_when_pages_are_too_large_for_memory_then_every_row_comes_from_disk(
    emulator: Emulator, open_source: Any, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PAGE_IN_MEMORY", 10_000)
    monkeypatch.setattr(bulk, "PAGE_ROWS", 700)
    emulator.generate("Account", 2_000, start=START, seconds=30_000)
    whole, usual = read(open_source(**BULK), "Account"), read(open_source(**REST), "Account")
    assert len(whole.ids) == 2_000
    assert sorted(whole.rows, key=str) == sorted(usual.rows, key=str)


@BOTH
def test_read_when_resumed_from_every_state_then_gives_exactly_the_rest(
    how: dict[str, int], emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.turn(page_size=200)
    emulator.generate("Account", 2_000, start=START, seconds=30_000)
    source = open_source(**how, batch_rows=500)
    whole = read(source, "Account")
    assert whole.snapshot
    assert len(set(whole.ids)) == len(whole.ids) == 2_000
    states = [(index, batch.state) for index, batch in enumerate(whole.batches) if batch.state]
    assert len(states) >= 3
    for index, state in states:
        before = {one for batch in whole.batches[: index + 1] for one in batch.data.column("Id").to_pylist()}
        rest = read(source, "Account", state)
        assert not rest.snapshot
        assert set(rest.ids) == set(whole.ids) - before
        assert len(rest.ids) == len(whole.ids) - len(before)


@BOTH
def test_read_when_something_changes_then_only_that_is_read_and_deletions_are_told(
    how: dict[str, int], emulator: Emulator, open_source: Any, read: Any
) -> None:
    ids = emulator.load("Account", [_account(f"a{n}", _ago(days=400 - n)) for n in range(300)])
    source = open_source(**how)
    first = read(source, "Account")
    second = read(source, "Account", first.cursor)
    assert (len(first.ids), second.rows, second.deleted) == (300, [], [])
    source.update("Account", {"Id": ids[3]}, {"Name": "renamed", "AnnualRevenue": 5})
    emulator.call("POST", "delete/Account", ids[7:9])
    third = read(source, "Account", second.cursor)
    assert [(row["Id"], row["Name"]) for row in third.rows] == [(ids[3], "renamed")]
    assert sorted(third.deleted) == sorted(ids[7:9])
    fourth = read(source, "Account", third.cursor)
    assert (fourth.rows, fourth.deleted, fourth.cursor["seen"]) == ([], [], third.cursor["seen"])
    assert not fourth.snapshot


@BOTH
def test_read_when_a_change_becomes_visible_late_then_the_look_back_finds_it(
    how: dict[str, int], emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.load("Account", [_account("early", _ago(minutes=1)), _account("old", _ago(days=9))])
    source = open_source(**how)
    first = read(source, "Account")
    emulator.load("Account", [_account("late", _ago(minutes=5))])
    second = read(source, "Account", first.cursor)
    assert [row["Name"] for row in second.rows] == ["late"]
    assert read(source, "Account", second.cursor).rows == []


@pytest.mark.parametrize(
    "cursor",
    [
        {**OURS, "field": "SystemModstamp", "after": "2999-01-01T00:00:00.000Z", "id": ""},
        {**OURS, "field": "SystemModstamp", "after": "yesterday", "id": ""},
        {**OURS, "field": "SystemModstamp", "after": "2024-01-01T00:00:00.000Z", "id": "' OR Name != '"},
        {**OURS, "field": "SystemModstamp", "after": "2024-01-01T00:00:00.000Z", "id": "", "seen": [1]},
        {**OURS, "field": "LoginTime", "after": "2024-06-01T00:00:00.000Z", "id": ""},
        {"of": "00D000000000002", "field": "SystemModstamp", "after": "2024-06-01T00:00:00.000Z", "id": ""},
        {"column": "updated_at", "after": "2024-06-01"},
        {"size": 3, "sha256": "ab"},
    ],
)
def test_read_when_the_cursor_is_not_ours_then_everything_is_read(
    cursor: dict[str, Any], emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.generate("Account", 20, start=START)
    found = read(open_source(), "Account", cursor)
    assert found.snapshot
    assert len(found.ids) == 20


def test_read_when_an_object_has_no_cursor_field_then_all_of_it_is_read_in_the_order_of_ids(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    found = read(open_source(), "CaseStatus")
    assert [row["MasterLabel"] for row in found.rows] == ["New", "Working", "Escalated", "Closed"]
    assert (found.snapshot, found.cursor) == (True, {})
    assert read(open_source(), "CaseStatus", found.batches[0].state).rows == []
    assert read(open_source(**BULK), "CaseStatus").ids == found.ids  # no bulk for this one: pages


def test_read_when_there_are_more_fields_than_a_url_holds_then_they_are_joined_by_id(
    open_source: Any, read: Any, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.generate("Account", 4_500, start=START, seconds=60)
    whole = {row["Id"]: row for row in read(open_source(**REST), "Account").rows}
    monkeypatch.setattr("aam.adapters.sources.salesforce.reading.rest.URL_BYTES", 700)
    emulator.turn(url_limit=800)
    emulator.forget()
    found = read(open_source(**REST), "Account")
    assert {row["Id"]: row for row in found.rows} == whole
    assert len(found.rows) == 4_500
    assert emulator.asked("GET", "/queryAll?") > 3
    assert all(entry["status"] == 200 for entry in emulator.requests() if "/services/data/" in entry["path"])


def test_read_when_it_ends_then_the_organisation_was_only_read(emulator: Emulator, open_source: Any, read: Any) -> None:
    emulator.generate("Account", 3_000, start=START)
    for how in (BULK, REST):
        source = open_source(**how)
        source.check()
        source.discover()
        read(source, "Account")
    asked = {(entry["method"], entry["path"].partition("?")[0]) for entry in emulator.requests()}
    written = {one for one in asked if one[0] != "GET" and "/jobs/query" not in one[1] and "/oauth2/" not in one[1]}
    assert {one for one in written if "/_emulator/" not in one[1]} == set()


def test_read_when_fields_are_excluded_then_they_are_never_asked_for(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.generate("Account", 5, start=START)
    source = open_source(exclude_fields={"Account": ["Phone", "Website", "Id", "SystemModstamp"]})
    emulator.forget()
    found = read(source, "Account")
    assert {"Phone", "Website"}.isdisjoint(found.rows[0])
    assert {"Id", "SystemModstamp"} <= set(found.rows[0])
    assert not any("Phone" in entry["path"] for entry in emulator.requests())


def test_discover_when_a_chosen_object_is_missing_then_is_said(open_source: Any) -> None:
    with pytest.raises(SourceError, match="no Nonsense__c"):
        open_source(objects=["Account", "Nonsense__c"]).discover()
    assert [one.name for one in open_source(objects=["Contact"]).discover()] == ["Contact"]


def test_read_when_batches_come_then_have_the_declared_columns(emulator: Emulator, open_source: Any, read: Any) -> None:
    emulator.generate("Opportunity", 2_500, start=START)
    for how in (BULK, REST):
        source = open_source(**how)
        schema = next(one for one in source.discover() if one.name == "Opportunity").schema
        for batch in read(source, "Opportunity").batches:
            assert batch.data.schema.names == schema.names
            for column, field in zip(schema.columns, batch.data.schema, strict=True):
                assert column.type == ("text" if field.type == pa.string() else str(field.type))
                assert column.nullable or not batch.data.column(column.name).null_count


def test_update_when_salesforce_refuses_then_is_named_and_nothing_changed(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    source = open_source()
    ids = emulator.load("Account", [_account("kept", _ago(days=3))])
    for key, values, told in (
        ({"Id": ids[0]}, {"Nope__c": 1}, "is gone, or hidden"),
        ({"Id": ids[0]}, {"Name": "x" * 300}, "too large"),
        ({"Id": ids[0]}, {"CreatedDate": START}, "may not set"),
        ({"Id": "001000000000000AAA"}, {"Name": "x"}, "no such thing"),
        ({"Id": "../../jobs/query"}, {"Name": "x"}, "no record"),
        ({"Name": "kept"}, {"Name": "x"}, "no record"),
        ({"Id": ids[0]}, {}, "nothing to set"),
    ):
        with pytest.raises(SourceError, match=told):
            source.update("Account", key, values)
    assert [row["Name"] for row in read(source, "Account").rows] == ["kept"]


@BOTH
def test_read_when_records_change_meanwhile_then_ends_with_the_newest_form_of_each(
    how: dict[str, int], emulator: Emulator, open_source: Any
) -> None:
    emulator.turn(page_size=200)
    ids = emulator.load("Account", [_account(f"a{n}", _ago(days=900 - n)) for n in range(800)])
    source, writer = open_source(**how, batch_rows=200), open_source()
    newest: dict[str, str] = {}
    with source.read("Account", {}) as reading:
        for index, batch in enumerate(reading.batches()):
            newest |= {row["Id"]: row["Name"] for row in batch.data.to_pylist()}
            assert batch.deleted is None
            if index == 0:
                writer.update("Account", {"Id": ids[0]}, {"Name": "changed behind"})
                writer.update("Account", {"Id": ids[790]}, {"Name": "changed ahead"})
                emulator.call("POST", "delete/Account", [ids[1], ids[791]])
        cursor = reading.cursor()
    with source.read("Account", cursor) as reading:
        assert not reading.snapshot
        for batch in reading.batches():
            newest |= {row["Id"]: row["Name"] for row in batch.data.to_pylist()}
            for gone in batch.deleted.column("Id").to_pylist() if batch.deleted else []:
                newest.pop(gone, None)
    expected = {id_: f"a{n}" for n, id_ in enumerate(ids)} | {ids[0]: "changed behind", ids[790]: "changed ahead"}
    assert newest == {id_: name for id_, name in expected.items() if id_ not in (ids[1], ids[791])}


def test_read_when_very_much_is_recent_then_it_is_read_again_rather_than_missed(
    emulator: Emulator, open_source: Any, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aam.adapters.sources.salesforce.reading.position.MAX_SEEN", 10)
    emulator.load("Account", [_account(f"a{n}", _ago(minutes=2)) for n in range(30)])
    source = open_source()
    first = read(source, "Account")
    assert len(str(first.cursor)) < 200
    emulator.load("Account", [_account("late", _ago(minutes=3))])
    second = read(source, "Account", first.cursor)
    assert {row["Name"] for row in second.rows} >= {"late"}
    versions = {row["Id"]: row["SystemModstamp"] for row in first.rows}
    assert all(versions.get(row["Id"], row["SystemModstamp"]) == row["SystemModstamp"] for row in second.rows)
