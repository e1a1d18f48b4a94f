"""Whole readings in ranges of the key: one snapshot, resumed anywhere, every kind of key."""

import json
import random
from typing import Any

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector, reading
from aam.ports import Json, Source
from aos_common.egress import Egress


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows in a batch, and in a statement not quite a multiple of them."""
    monkeypatch.setattr(reading, "MIN_ROWS", 10)
    monkeypatch.setattr(reading, "BATCH_BYTES", 400)
    monkeypatch.setattr(reading, "CHUNK_ROWS", 35)


def source(url: str, **settings: Any) -> Source:
    connector = PostgresConnector(Egress("127.0.0.1"))
    return connector.open(*connector.split({"url": url, **settings}))


KEYS = {
    "bigint": "n",
    "numeric": "n * 1.10",
    "uuid": "md5(n::text)::uuid",
    "text": "chr(39) || n || E'\\\\ ü\n'",
    "inet": "'10.0.0.0'::inet + n",
    "bytea": "decode(md5(n::text), 'hex')",
}


@pytest.mark.parametrize("kind", KEYS)
def test_read_when_broken_off_after_any_batch_then_the_rest_follows(shop: str, kind: str) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE t (id {kind}, part int, PRIMARY KEY (part, id))")
        connection.execute(f"INSERT INTO t SELECT {KEYS[kind]}, n % 3 FROM generate_series(1, 150) n")
    with source(shop).read("public.t", {}) as read:
        whole = [(batch.data.to_pylist(), batch.state) for batch in read.batches()]
        assert read.snapshot
    assert len(whole) > 6
    for number, (_, state) in enumerate(whole, 1):
        with source(shop).read("public.t", json.loads(json.dumps(state))) as read:
            rest = [row for batch in read.batches() for row in batch.data.to_pylist()]
            assert not read.snapshot
        assert rest == [row for rows, _ in whole[number:] for row in rows]


def test_read_when_rows_change_meanwhile_then_all_batches_are_of_one_snapshot(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, n int)")
        connection.execute("INSERT INTO t SELECT n, 0 FROM generate_series(1, 200) n")
        rows = []
        with source(shop).read("public.t", {}) as read:
            for batch in read.batches():
                rows += batch.data.to_pylist()
                connection.execute("UPDATE t SET n = n + 1")
                connection.execute("DELETE FROM t WHERE id > 150")
    assert rows == [{"id": n, "n": 0} for n in range(1, 201)]


def test_read_when_the_readers_session_breaks_then_goes_on_in_the_same_snapshot(shop: str) -> None:
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'autonomos' "
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, body text)")
        connection.execute("INSERT INTO t SELECT n, repeat('x', 60000) FROM generate_series(1, 300) n")
        rows = []
        with source(shop).read("public.t", {}) as read:
            for number, batch in enumerate(read.batches()):
                rows += batch.data.column("id").to_pylist()
                if number == 2:
                    connection.execute("DELETE FROM t")
                    connection.execute(kill + "AND datname = current_database() AND query LIKE 'COPY%'")
    assert rows == list(range(1, 301))


def test_read_when_the_key_is_a_moment_then_reads_whole_without_states(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (at timestamptz PRIMARY KEY)")
        connection.execute("INSERT INTO t SELECT '2024-01-01Z'::timestamptz + n * interval '1s' FROM "
                           "generate_series(1, 100) n")  # fmt: skip
        connection.execute("INSERT INTO t VALUES ('infinity')")
    with source(shop).read("public.t", {}) as read:
        batches = list(read.batches())
    assert sum(batch.data.num_rows + len(batch.misfits) for batch in batches) == 101
    assert all(batch.state is None for batch in batches)


@pytest.mark.parametrize("seed", range(6))
def test_read_when_broken_off_while_the_source_changes_then_the_cursor_column_tells_the_rest(
    shop: str, seed: int
) -> None:
    dice = random.Random(seed)
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, n int, updated_at timestamptz NOT NULL)")
        connection.execute("INSERT INTO t SELECT n, 0, now() - interval '1h' FROM generate_series(1, 120) n")
        landed: dict[int, int] = {}
        cursor: Json = {}
        done = 0
        while done < 2:
            with source(shop).read("public.t", cursor) as read:
                broken = False
                for batch in read.batches():
                    landed.update({row["id"]: row["n"] for row in batch.data.to_pylist()})
                    cursor = json.loads(json.dumps(batch.state)) if batch.state else cursor
                    if not done:
                        connection.execute(
                            "INSERT INTO t VALUES (%s, %s, now()) ON CONFLICT (id) DO UPDATE "
                            "SET n = excluded.n, updated_at = excluded.updated_at",
                            [dice.randrange(160), dice.randrange(1000)],
                        )
                    broken = not done and dice.random() < 0.3
                    if broken:
                        break
                if not broken:
                    cursor, done = json.loads(json.dumps(read.cursor())), done + 1
        assert landed == dict(connection.execute("SELECT id, n FROM t").fetchall())
