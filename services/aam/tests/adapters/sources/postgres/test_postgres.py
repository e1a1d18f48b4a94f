"""The postgres connector against a real server: exact values, clear refusals, and never a write."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector
from aam.domain.errors import InvalidSettings, SourceError
from aam.ports import Source, SourceBatch
from aos_common.egress import Egress

TABLE = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE deals (
    id bigint PRIMARY KEY, amount numeric, ref uuid, body jsonb, mood mood, tags text[], score positive,
    at timestamp, day date, ok boolean, rate float8, wait interval, raw bytea,
    updated_at timestamptz NOT NULL);
COMMENT ON COLUMN deals.amount IS 'What it is worth';
COMMENT ON TABLE deals IS 'What was sold';
INSERT INTO deals VALUES
    (1, 0.10, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '{"a": 1.50}', 'good', '{a,b}', 3,
     '2024-01-02 03:04:05', '2024-01-02', true, 0.5, '1 day', '\\xff', '2024-01-01Z'),
    (2, 12345678901234567890.123456789, null, null, null, null, null, null, null, null, null, null, null,
     '2024-01-02Z'),
    (3, 1, null, null, null, null, null, 'infinity', null, null, null, null, null, '2024-01-03Z');
CREATE TABLE odd (id int, pair pair, pairs pair[]);
CREATE VIEW fine AS SELECT id, (pair).x FROM odd;
"""


@pytest.fixture
def url(source_url: str) -> Iterator[str]:
    """A database of its own for each test."""
    name = f"shop_{uuid4().hex[:8]}"
    with psycopg.connect(source_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        url = urlunsplit(urlsplit(source_url)._replace(path=f"/{name}"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLE)
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def source(url: str, **settings: Any) -> Source:
    connector = PostgresConnector(Egress("127.0.0.1"))
    return connector.open(*connector.split({"url": url, **settings}))


def rows(batches: Iterator[SourceBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.data.to_pylist()]


def test_discover_when_types_differ_then_tells_keys_comments_and_what_cannot_be_read(url: str) -> None:
    found = {stream.name: stream for stream in source(url).discover()}
    assert sorted(found) == ["public.deals", "public.fine", "public.odd"]
    deals = found["public.deals"].schema
    assert deals is not None
    assert (deals.primary_key, deals.cursor) == (("id",), "updated_at")
    assert (found["public.deals"].documentation, found["public.deals"].cursors) == ("What was sold", ("updated_at",))
    amount = deals.columns[1]
    assert (amount.name, amount.type, amount.comment) == ("amount", "numeric", "What it is worth")
    assert found["public.odd"].schema is None
    assert "column pair has the type public.pair" in found["public.odd"].error
    assert "exclude_columns" in found["public.odd"].error
    left = source(url, exclude_columns={"public.odd": ["pair", "pairs"]}).discover()
    assert all(stream.schema for stream in left)


def test_read_when_all_kinds_of_values_then_nothing_is_lost(url: str) -> None:
    with source(url).read("public.deals", {}) as read:
        batches = list(read.batches())
    first, second = (row for batch in batches for row in batch.data.to_pylist())
    assert (first["amount"], second["amount"]) == ("0.10", "12345678901234567890.123456789")
    assert (first["body"], first["mood"], first["tags"], first["score"]) == ('{"a": 1.50}', "good", "{a,b}", 3)
    assert (first["wait"], first["raw"], first["rate"]) == ("P1D", "\\xff", 0.5)
    [misfit] = [misfit for batch in batches for misfit in batch.misfits]
    assert (misfit.row, misfit.column, misfit.value) == (3, "at", "infinity")


def test_read_when_years_are_out_of_reach_then_rows_are_set_aside_with_every_value(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO deals (id, at, day, updated_at) VALUES (4, '4000-01-01 BC', '0044-03-15 BC', '2024-01-04Z'), "
            "(5, '-infinity', '10000-01-01', '2024-01-05Z'), "
            "(6, '9999-12-31 23:59:59.999999', '0001-01-01', '2024-01-06Z')"
        )
    with source(url).read("public.deals", {}) as read:
        batches = list(read.batches())
    misfits = {misfit.row: misfit for batch in batches for misfit in batch.misfits}
    assert [row["id"] for batch in batches for row in batch.data.to_pylist()] == [1, 2, 6]
    assert (misfits[4].column, misfits[4].value) == ("at", "4000-01-01 00:00:00 BC")
    assert misfits[4].reason == "the year is not between 1 and 9999"
    assert '"day": "0044-03-15 BC"' in misfits[4].record
    assert (misfits[5].value, misfits[5].reason) == ("-infinity", "the value is infinite")
    assert '"day": "10000-01-01"' in misfits[5].record


def test_read_when_a_cursor_is_saved_then_only_later_rows_come(url: str) -> None:
    postgres = source(url)
    with postgres.read("public.deals", {}) as read:
        rows(read.batches())
        assert read.snapshot
        cursor = read.cursor()
    assert cursor == {"column": "updated_at", "after": "2024-01-03 00:00:00+00:00"}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE deals SET amount = 7, updated_at = '2024-02-01Z' WHERE id = 2")
    with postgres.read("public.deals", cursor) as read:
        assert [row["id"] for row in rows(read.batches())] == [2]
        assert not read.snapshot
    with source(url, cursors={"public.deals": ""}).read("public.deals", cursor) as read:
        assert len(rows(read.batches())) == 2


def test_cursor_when_rows_are_newer_than_open_transactions_then_stays_behind(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE deals SET updated_at = now() WHERE id = 1")
    postgres = source(url)
    with postgres.read("public.deals", {}) as read:
        rows(read.batches())
        cursor = read.cursor()
    with postgres.read("public.deals", cursor) as read:
        assert [row["id"] for row in rows(read.batches())] == [1]


def test_session_when_open_then_refuses_writes(url: str) -> None:
    from adbc_driver_manager import Error

    with (
        source(url)._sessions.reader("a test") as cursor,  # type: ignore[attr-defined]  # the adapter's own session
        pytest.raises(Error, match="read-only"),
    ):
        try:
            cursor.execute("DELETE FROM public.deals")
            cursor.fetch_arrow_table()
        except SourceError as error:
            raise AssertionError("named too early") from error


@pytest.mark.parametrize(
    ("part", "wrong", "reason"),
    [
        (":testing@", ":hunter2-is-wrong@", "SOURCE_AUTHENTICATION_FAILED"),
        ("127.0.0.1", "no.such.host.invalid", "SOURCE_HOST_UNKNOWN"),
        ("/shop_", "/gone_", "SOURCE_DATABASE_MISSING"),
    ],
)
def test_check_when_a_setting_is_wrong_then_says_which_and_hides_the_password(
    url: str, part: str, wrong: str, reason: str
) -> None:
    with pytest.raises(SourceError) as caught:
        source(url.replace(part, wrong)).check()
    assert caught.value.reason == reason
    assert caught.value.hint
    for told in (str(caught.value), caught.value.internal, repr(caught.value.__cause__)):
        assert "hunter2" not in told
        assert "testing" not in told


def test_read_when_the_user_may_not_then_says_what_to_grant(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reading'")
    reader = source(url.replace("postgres:testing", "reader:reading"))
    assert reader.discover() == []
    with pytest.raises(SourceError) as caught, reader.read("public.deals", {}):
        pass
    assert "GRANT SELECT" in caught.value.hint


def test_settings_when_split_then_the_password_is_apart_and_mistakes_do_not_show_it() -> None:
    public, secret = PostgresConnector(Egress("127.0.0.1")).split(
        {"url": "postgresql://me:p%40ss@db.example:6000/shop?sslmode=require"}
    )
    assert secret == {"password": "p@ss"}
    assert (public["host"], public["port"], public["database"], public["sslmode"]) == (
        "db.example", 6000, "shop", "require",
    )  # fmt: skip
    assert "p@ss" not in str(public)
    with pytest.raises(InvalidSettings) as caught:
        PostgresConnector(Egress("127.0.0.1")).split({"url": "mysql://me:hunter2@db/shop"})
    assert "hunter2" not in str(caught.value)
