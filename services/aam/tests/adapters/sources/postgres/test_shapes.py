"""A table altered while it is read: no row of the new shape is handed on in the old one, and none is lost."""

import json
from typing import Any

import psycopg
import pytest
from aam.adapters.credentials import HeldCredentials
from aam.adapters.sources.postgres import PostgresConnector, reading
from aam.adapters.sources.postgres.source import PostgresSource
from aam.domain.errors import Fault, SourceError
from aam.ports import Json
from aos_common.egress import Egress

TABLE = """
CREATE TABLE deals (id int PRIMARY KEY, n int NOT NULL, updated_at timestamptz NOT NULL DEFAULT now() - interval '1 h');
INSERT INTO deals SELECT n, n FROM generate_series(1, 100) n;
"""
ALTERATIONS = {
    "a column added": "ALTER TABLE deals ADD COLUMN worth int DEFAULT 7",
    "a column dropped": "ALTER TABLE deals DROP COLUMN n",
    "a column renamed": "ALTER TABLE deals RENAME COLUMN n TO m",
    "another type": "ALTER TABLE deals ALTER COLUMN n TYPE text",
    "null allowed": "ALTER TABLE deals ALTER COLUMN n DROP NOT NULL",
    "rewritten in the same shape": "ALTER TABLE deals ALTER COLUMN n TYPE int USING n * 2",
    "made anew": "DROP TABLE deals; CREATE TABLE deals (id int PRIMARY KEY, n int NOT NULL, updated_at timestamptz)",
    "gone": "DROP TABLE deals",
}
WAYS: dict[str, dict[str, Any]] = {
    "whole": {"cursors": {"public.deals": ""}},
    "above the cursor column": {"cursor_lag_seconds": 0},
    "followed": {"replication": "required"},
}


def execute(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())


def opened(shop: str, way: str) -> tuple[PostgresSource, Json]:
    """A source that is read in this way, and where its next reading begins."""
    connector = PostgresConnector(Egress("127.0.0.1"))
    settings = {"url": shop, "replication_name": f"{shop.rsplit('/', 1)[1]}_shape", **WAYS[way]}
    source = connector.open_renewing(*connector.split(settings), HeldCredentials())
    with source.read("public.deals", {}) as read:
        for _ in read.batches():
            pass
        return source, json.loads(json.dumps(read.cursor()))


# What follows the log takes its snapshot after it has read the log: what was rewritten by then is read as it is now.
@pytest.mark.parametrize(
    ("way", "what"),
    [(way, what) for way in WAYS for what in ALTERATIONS if (way, what) != ("followed", "rewritten in the same shape")],
)
def test_reading_when_the_table_is_altered_before_its_first_row_then_hands_on_none(
    shop: str, way: str, what: str
) -> None:
    execute(shop, TABLE)
    source, cursor = opened(shop, way)
    execute(shop, "UPDATE deals SET n = 5, updated_at = now() WHERE id = 1")
    with source.read("public.deals", cursor) as read:
        execute(shop, ALTERATIONS[what])
        with pytest.raises(SourceError) as caught:
            list(read.batches())
    assert caught.value.reason == "SOURCE_CHANGED"
    assert caught.value.fault is Fault.TRANSIENT or what == "gone"


@pytest.mark.parametrize("way", WAYS)
def test_table_when_it_is_read_then_is_altered_after_the_last_row(
    shop: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MIN_ROWS", 10)
    monkeypatch.setattr(reading, "BATCH_BYTES", 400)
    execute(shop, TABLE)
    source, cursor = opened(shop, way)
    execute(shop, "UPDATE deals SET n = 5, updated_at = now()")
    with source.read("public.deals", cursor) as read:
        batches = iter(read.batches())
        next(batches)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            execute(shop, "SET lock_timeout = '50ms'; ALTER TABLE deals ADD COLUMN worth int")
        list(batches)
    execute(shop, "SET lock_timeout = '5s'; ALTER TABLE deals ADD COLUMN worth int")
