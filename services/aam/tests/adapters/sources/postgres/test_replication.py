"""Tables followed by logical replication on a real server: nothing lost, nothing doubled, the slot kept in bounds."""

import json
from typing import Any

import psycopg
import pytest
from aam.adapters.credentials import HeldCredentials
from aam.adapters.sources.postgres import PostgresConnector
from aam.adapters.sources.postgres.replication import drain, followed, slot
from aam.adapters.sources.postgres.source import PostgresSource
from aam.domain.errors import SourceError
from aam.ports import Json
from aos_common.egress import Egress

NAME = "follow_"
DEALS = """
CREATE TABLE deals (id bigint PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO deals SELECT n, 'name ' || n FROM generate_series(1, 50) n;
"""


@pytest.fixture
def deals(shop: str) -> str:
    run(shop, DEALS)
    return shop


def name_of(url: str) -> str:
    return NAME + url.rsplit("_", 1)[1]


def source(url: str, credentials: HeldCredentials | None = None, **settings: Any) -> PostgresSource:
    connector = PostgresConnector(Egress("127.0.0.1"))
    given = {"url": url, "replication": "required", "replication_name": name_of(url), **settings}
    public, secret = connector.split(given)
    return connector.open_renewing(public, secret, credentials) if credentials else connector.open(public, secret)


def run(url: str, sql: str, *values: Any) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(sql, values or None)  # type: ignore[arg-type]  # tests write their own SQL
        return found.fetchall() if found.description else []


def take(reading: PostgresSource, cursor: Json, stream: str = "public.deals") -> tuple[dict[Any, Any], list[Any], Json]:
    """Rows by id, keys that are gone, and the cursor; asks for a reading of changes where there is a cursor."""
    with reading.read(stream, cursor) as read:
        assert read.snapshot is not bool(cursor)
        rows: dict[Any, Any] = {}
        gone: list[Any] = []
        for batch in read.batches():
            for row in batch.data.to_pylist():
                assert row["id"] not in rows
                rows[row["id"]] = row
            gone += batch.deleted.to_pylist() if batch.deleted is not None else []
        return rows, gone, json.loads(json.dumps(read.cursor()))


def test_read_when_rows_change_then_only_they_come_and_deleted_keys(deals: str) -> None:
    rows, _, cursor = take(source(deals), {})
    assert len(rows) == 50
    assert take(source(deals), cursor)[:2] == ({}, [])
    run(deals, "UPDATE deals SET name = 'new' WHERE id = 3")
    run(deals, "UPDATE deals SET name = 'newer' WHERE id = 3")
    run(deals, "DELETE FROM deals WHERE id IN (4, 5)")
    run(deals, "INSERT INTO deals VALUES (5, 'again'), (60, 'added'), (61, 'short')")
    run(deals, "DELETE FROM deals WHERE id = 61")
    run(deals, "UPDATE deals SET id = 70 WHERE id = 6")
    rows, gone, cursor = take(source(deals), cursor)
    assert {key: row["name"] for key, row in rows.items()} == {3: "newer", 5: "again", 60: "added", 70: "name 6"}
    assert sorted(key["id"] for key in gone) == [4, 6, 61]
    assert take(source(deals), cursor)[:2] == ({}, [])


def test_read_when_rows_change_during_the_whole_reading_then_they_come_next(deals: str) -> None:
    with source(deals).read("public.deals", {}) as read:
        run(deals, "UPDATE deals SET name = 'meanwhile' WHERE id = 50")
        whole = [row for batch in read.batches() for row in batch.data.to_pylist()]
        cursor = json.loads(json.dumps(read.cursor()))
    assert whole[-1]["name"] == "name 50"
    rows, _, _ = take(source(deals), cursor)
    assert rows[50]["name"] == "meanwhile"


def test_read_when_a_writer_was_open_before_the_publication_then_waits_for_it(
    deals: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(source(deals), {})
    run(deals, "CREATE TABLE later (id int PRIMARY KEY)")
    monkeypatch.setattr(slot, "OPEN_SECONDS", 0.3)
    with psycopg.connect(deals) as writer:
        writer.execute("INSERT INTO later VALUES (1)")
        with pytest.raises(SourceError) as caught:
            take(source(deals), {}, "public.later")
        assert caught.value.reason == "SOURCE_TRANSACTION_OPEN"
        writer.commit()
    rows, _, cursor = take(source(deals), {}, "public.later")
    assert list(rows) == [1]
    assert take(source(deals), cursor, "public.later")[:2] == ({}, [])


def test_slot_when_streams_are_saved_then_moves_to_the_last_of_them_and_never_beyond(deals: str) -> None:
    run(deals, "CREATE TABLE other (id int PRIMARY KEY)")
    kept = HeldCredentials()
    _, _, first = take(source(deals, kept), {})
    _, _, other = take(source(deals, kept), {}, "public.other")
    confirmed = "SELECT (confirmed_flush_lsn - '0/0')::int8 FROM pg_replication_slots WHERE slot_name = %s"
    for number in range(3):
        run(deals, "UPDATE deals SET name = %s", str(number))
        run(deals, "INSERT INTO other VALUES (%s)", number)
        rows, _, ahead = take(source(deals, kept), first)
        assert len(rows) == 50
        [[at]] = run(deals, confirmed, name_of(deals))
        assert at <= min(first["lsn"], other["lsn"]) or number == 0
        again, _, _ = take(source(deals, kept), first)
        assert again == rows, "what was read, but not saved, was acknowledged"
        first = ahead
        rows, _, other = take(source(deals, kept), other, "public.other")
        assert list(rows) == [number]
    take(source(deals, kept), first)
    take(source(deals, kept), other, "public.other")
    [[at]] = run(deals, confirmed, name_of(deals))
    assert at >= min(first["lsn"], other["lsn"])


@pytest.mark.parametrize("trouble", ["truncated", "slot gone", "slot new", "table gone from publication", "too many"])
def test_read_when_the_place_is_lost_then_reads_whole(
    deals: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, cursor = take(source(deals), {})
    run(deals, "DELETE FROM deals WHERE id > 3")
    name = name_of(deals)
    if trouble == "truncated":
        run(deals, "TRUNCATE deals")
        run(deals, "INSERT INTO deals VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    elif trouble.startswith("slot"):
        run(deals, "SELECT pg_drop_replication_slot(%s)", name)
        if trouble == "slot new":
            run(deals, "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", name)
    elif trouble == "too many":
        monkeypatch.setattr(drain, "MAX_AT_ONCE", 10)
    else:
        run(deals, f"ALTER PUBLICATION {name} DROP TABLE deals")
    with source(deals).read("public.deals", cursor) as read:
        assert read.snapshot
        assert [row["id"] for batch in read.batches() for row in batch.data.to_pylist()] == [1, 2, 3]
        cursor = json.loads(json.dumps(read.cursor()))
    assert take(source(deals), cursor)[:2] == ({}, [])


def test_read_when_more_has_changed_than_a_reading_takes_then_the_next_ones_take_the_rest(
    deals: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "MAX_KEYS", 10)
    monkeypatch.setattr(followed, "KEYS_AT_ONCE", 4)
    _, _, cursor = take(source(deals), {})
    for number in range(1, 51):
        run(deals, "UPDATE deals SET name = 'changed' WHERE id = %s", number)
    seen = []
    for _ in range(5):
        rows, _, cursor = take(source(deals), cursor)
        seen.append(sorted(rows))
    assert seen == [list(range(start, start + 10)) for start in range(1, 51, 10)]
    assert take(source(deals), cursor)[0] == {}


def test_read_when_the_table_has_another_shape_then_declares_it_and_reads_older_changes_in_it(deals: str) -> None:
    _, _, cursor = take(source(deals), {})
    run(deals, "UPDATE deals SET name = 'old shape' WHERE id = 1")
    run(deals, "ALTER TABLE deals ADD COLUMN worth int NOT NULL DEFAULT 7")
    run(deals, "UPDATE deals SET worth = 8 WHERE id = 2")
    with source(deals).read("public.deals", cursor) as read:
        assert "worth" in read.schema.names
        rows = {row["id"]: row for batch in read.batches() for row in batch.data.to_pylist()}
    assert {key: row["worth"] for key, row in rows.items()} == {1: 7, 2: 8}


def test_read_when_the_shape_changes_meanwhile_then_no_row_of_it_is_handed_on(deals: str) -> None:
    _, _, cursor = take(source(deals), {})
    run(deals, "UPDATE deals SET name = 'x' WHERE id = 1")
    with source(deals).read("public.deals", cursor) as read:
        run(deals, "ALTER TABLE deals ADD COLUMN worth int")
        with pytest.raises(SourceError) as caught:
            next(iter(read.batches()))
    assert (caught.value.reason, caught.value.fault.value) == ("SOURCE_CHANGED", "transient")


def test_slot_when_it_holds_too_much_then_warns_is_dropped_and_everything_is_read(deals: str) -> None:
    kept = HeldCredentials()
    limits = {"slot_warn_mb": 1, "slot_drop_mb": 2}
    _, _, cursor = take(source(deals, kept, **limits), {})
    run(deals, "CREATE TABLE noise AS SELECT n, repeat('x', 100) FROM generate_series(1, 10000) n")
    report = source(deals, kept, **limits).follower.report()
    assert report is not None
    assert "Sync more often" in report.warning
    run(deals, "INSERT INTO noise SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n")
    with source(deals, kept, **limits).read("public.deals", cursor) as read:
        assert read.snapshot
    again = source(deals, kept, **limits).follower.report()
    assert again is not None
    assert (again.warning, again.lag < report.lag) == ("", True)


def test_release_when_the_connection_ends_then_nothing_of_ours_is_left(deals: str) -> None:
    take(source(deals), {})
    source(deals).follower.release()
    source(deals).follower.release()
    left = (
        "SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s), (SELECT count(*) FROM pg_publication)"
    )
    assert run(deals, left, name_of(deals)) == [(0, 0)]


def test_read_when_the_user_may_not_replicate_then_auto_falls_back_and_required_says_what_to_do(deals: str) -> None:
    user = f"reader_{deals.rsplit('_', 1)[1]}"
    run(deals, f"CREATE ROLE {user} LOGIN PASSWORD 'reading'")
    run(deals, f"GRANT SELECT ON deals TO {user}")
    url = deals.replace("postgres:testing", f"{user}:reading")
    _, _, cursor = take(source(url, replication="auto"), {})
    assert cursor["column"] == "updated_at"
    with pytest.raises(SourceError) as caught:
        source(url).check()
    assert caught.value.reason == "REPLICATION_UNAVAILABLE"
    assert "ALTER ROLE" in str(caught.value)
    run(deals, f"ALTER ROLE {user} REPLICATION")
    with pytest.raises(SourceError) as caught:  # may replicate, but not publish the table
        take(source(url), {})
    assert "cannot be made" in str(caught.value)
    run(deals, f"CREATE PUBLICATION {name_of(deals)} FOR ALL TABLES")
    cursor = take(source(url), {})[2]
    run(deals, "UPDATE deals SET name = 'x' WHERE id = 1")
    assert list(take(source(url), cursor)[0]) == [1]
    run(deals, f"DROP OWNED BY {user}")
    run(deals, f"DROP ROLE {user}")


def test_read_when_a_table_has_no_key_then_is_read_without_the_slot(deals: str) -> None:
    run(deals, "CREATE TABLE bare (id int)")
    run(deals, "CREATE TABLE mute (id int PRIMARY KEY)")
    run(deals, "ALTER TABLE mute REPLICA IDENTITY NOTHING")
    for name in ("bare", "mute"):
        assert take(source(deals), {}, f"public.{name}")[2] == {}
    run(deals, "INSERT INTO mute VALUES (1)")
    run(deals, "UPDATE mute SET id = 2")  # would fail if it were published
