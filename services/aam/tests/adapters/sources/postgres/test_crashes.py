"""Readings killed with SIGKILL anywhere while the source changes: what was saved comes out equal to the source."""

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aam.adapters.credentials import HeldCredentials
from aam.adapters.sources.postgres import PostgresConnector, reading
from aam.adapters.sources.postgres.replication import drain, followed
from aos_common.egress import Egress

SEEDS = 14
KILLED = -signal.SIGKILL


def disturb(connection: psycopg.Connection[Any], dice: random.Random) -> None:
    """A few transactions that insert, update, move and delete rows anywhere."""
    for _ in range(dice.randrange(5)):
        with connection.transaction():
            for _ in range(dice.randrange(1, 4)):
                key, value = dice.randrange(150), dice.randrange(1000)
                match dice.randrange(4):
                    case 0:
                        connection.execute("DELETE FROM deals WHERE id = %s", [key])
                    case 1:
                        there = "SELECT 1 FROM deals WHERE id = %s"
                        moved = f"UPDATE deals SET id = %s WHERE id = %s AND NOT EXISTS ({there})"
                        connection.execute(moved, [value % 150, key, value % 150])  # type: ignore[arg-type]  # built here
                    case _:
                        upsert = "INSERT INTO deals VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET n = excluded.n"
                        connection.execute(upsert, [key, value])


def load(home: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """What is saved: the cursor, and the rows."""
    if not (home / "saved.json").exists():
        return {}, {}
    saved = json.loads((home / "saved.json").read_text())
    return saved["cursor"], saved["rows"]


def save(home: Path, cursor: Any, rows: dict[str, int]) -> None:
    """Both at once, or neither."""
    (home / "new.json").write_text(json.dumps({"cursor": cursor, "rows": rows}))
    (home / "new.json").replace(home / "saved.json")


def attempt(url: str, name: str, home: Path, seed: int) -> None:
    """Read on from what is saved; may die anywhere, also between taking a batch and saving it."""
    dice = random.Random(seed)
    reading.MIN_ROWS, reading.BATCH_BYTES, reading.CHUNK_ROWS = 10, 300, 35
    drain.MAX_KEYS, followed.KEYS_AT_ONCE = dice.choice((4, 1000)), dice.choice((3, 1000))
    deadly = seed >= 0

    def maybe_die() -> None:
        if deadly and dice.random() < 0.12:
            os.kill(os.getpid(), signal.SIGKILL)

    saved, rows = load(home)
    credentials = HeldCredentials()
    credentials.renew({}, lambda _: {"at public.deals": str(saved["lsn"])} if "lsn" in saved else {})
    connector = PostgresConnector(Egress("127.0.0.1"))
    public, secret = connector.split({"url": url, "replication": "required", "replication_name": name})
    source = connector.open_renewing(public, secret, credentials)
    with psycopg.connect(url, autocommit=True) as connection, source.read("public.deals", saved) as read:
        rows = {} if read.snapshot else rows
        maybe_die()
        for batch in read.batches():
            maybe_die()
            rows.update({str(row["id"]): row["n"] for row in batch.data.to_pylist()})
            for gone in batch.deleted.to_pylist() if batch.deleted is not None else []:
                rows.pop(str(gone["id"]), None)
            if deadly:
                disturb(connection, dice)
            if batch.state is not None:
                save(home, dict(batch.state), rows)
            maybe_die()
        save(home, dict(read.cursor()), rows)


def apart(url: str, name: str, home: Path, seed: int) -> int:
    """One attempt in a process of its own; returns how it ended."""
    child = os.fork()
    if child == 0:
        try:
            attempt(url, name, home, seed)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_read_when_killed_anywhere_then_no_change_is_lost_or_doubled(shop: str, tmp_path: Path, seed: int) -> None:
    dice, name, killed = random.Random(seed), f"crash_{uuid4().hex[:8]}", 0
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE deals (id int PRIMARY KEY, n int)")
        connection.execute("INSERT INTO deals SELECT n, n FROM generate_series(1, 90) n")
        for number in range(30):
            disturb(connection, dice)
            status = apart(shop, name, tmp_path, seed * 1000 + number)
            assert status in (0, KILLED)
            killed += status == KILLED
            if killed >= 3 and status == 0:
                break
        left: dict[str, int] = {}
        for _ in range(100):
            before = load(tmp_path)
            assert apart(shop, name, tmp_path, -1) == 0
            left = load(tmp_path)[1]
            if load(tmp_path) == before:
                break
        assert killed >= 3
        assert left == {str(key): n for key, n in connection.execute("SELECT id, n FROM deals").fetchall()}
