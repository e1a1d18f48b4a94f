"""Safe Mode from the catalogue entry to the promotion, on real sources."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import ConnectionNotFound, NotReady, SafeMode
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.onboarding import ProposedField, ProposedMapping
from aam.entrypoints.api import AamApi
from aam.entrypoints.onboarding.api import OnboardingApi
from aam.usecases.onboarding.enter_catalogue import Entry
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import PermissionDenied

FIELDS = (FieldMapping("n", "n", "integer", Transform("integer")),)
PROPOSED = ProposedMapping(
    id=str(uuid4()),
    stream="items.csv",
    state="pending",
    tier="auto",
    entity="item",
    confidence=0.9,
    key_columns=("id",),
    fields=(ProposedField(FIELDS[0], 0.97, "auto", ("same name",)),),
)


def rows(count: int) -> str:
    return "id,n\n" + "".join(f"{n},{'two' if n == 2 else n}\n" for n in range(1, count + 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "items.csv").write_text(rows(500))
    return folder


async def look(api: AamApi, caller: Caller, made: Connection) -> Connection:
    await api.onboard(caller.tenant_id, made.id)
    return (await api.connection(caller, str(made.id)))[0]


async def announced(database: Database, caller: Caller) -> int:
    async with database.tenant_tx(caller.tenant_id) as tx:
        return int((await tx.execute(sa.text("SELECT count(*) FROM outbox"))).scalar_one())


async def test_connection_when_in_safe_mode_then_is_previewed_and_read_only_after_its_promotion(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    mappings.proposals["items.csv"] = PROPOSED
    mappings.known["items.csv"] = Mapping(1, "item", FIELDS, ("id",))
    made = await onboarding.onboard(caller, Entry("shop", "files", {"path": str(folder)}))
    assert (made.state, made.safe_mode) == (ConnectionState.PENDING, True)
    with pytest.raises(NotReady):
        await onboarding.promote(caller, str(made.id))
    looked = await look(api, caller, made)
    assert (looked.state, looked.safe_mode, looked.error) == (ConnectionState.SAFE_MODE, True, "")
    assert mappings.held == {"items.csv": True}
    assert {len(column.values) for column in mappings.asked["items.csv"]} == {20}
    with pytest.raises(SafeMode) as refused:
        await api.sync(caller, str(made.id), "")
    assert "promote" in refused.value.hint

    found, token = await onboarding.preview(caller, str(made.id), "", 0, "")
    [stream] = found.streams
    assert (token, stream.error, stream.proposal) == ("", "", PROPOSED)
    assert [row["n"] for row in stream.projection.rows] == [1, *range(3, 21)]
    assert stream.projection.rows[0] == {"_key": "1", "_row": 1, "n": 1, "_extras": '{"id":"1"}'}
    [misfit] = stream.projection.misfits
    assert (misfit.row, misfit.column, misfit.value, misfit.reason) == (2, "n", "two", "not a number")
    assert await announced(database, caller) == 0

    promoted = await onboarding.promote(caller, str(made.id))
    assert (promoted.state, promoted.safe_mode) == (ConnectionState.PENDING, False)
    assert (await look(api, caller, made)).state is ConnectionState.ACTIVE
    assert mappings.held == {"items.csv": False}
    assert {len(column.values) for column in mappings.asked["items.csv"]} == {500}
    run = await api.sync(caller, str(made.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    assert (await api.run(caller, str(run.id))).streams[0].rows_published == 499
    assert (await onboarding.promote(caller, str(made.id))).state is ConnectionState.ACTIVE


async def test_connection_when_made_by_todays_call_then_is_in_no_safe_mode(
    api: AamApi, caller: Caller, folder: Path
) -> None:
    made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "")
    assert not made.safe_mode
    assert (await look(api, caller, made)).state is ConnectionState.ACTIVE


async def test_database_when_in_safe_mode_then_gives_20_rows_by_reading_sessions_and_nothing_is_made_there(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, source_url: str, mappings: Any
) -> None:
    with psycopg.connect(source_url, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA safe")
        shop.execute("CREATE TABLE safe.items (id int PRIMARY KEY, n numeric)")
        shop.execute("INSERT INTO safe.items SELECT i, i FROM generate_series(1, 5000) i")
        shop.execute("ANALYZE safe.items")
        settings = {"url": source_url, "schemas": ["safe"], "replication": "auto", "replication_name": "safe_slot"}
        made = await onboarding.onboard(caller, Entry("db", "postgres", settings))
        looked = await look(api, caller, made)
        shop.execute("SELECT pg_stat_force_next_flush()")
        await asyncio.sleep(1.2)  # PostgreSQL flushes the counts of ended sessions when they end, and reads them anew
        [(written, slots, publications)] = shop.execute(
            """SELECT (SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'safe'),
            (SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'safe_slot'),
            (SELECT count(*) FROM pg_publication WHERE pubname = 'safe_slot')"""
        ).fetchall()
        [(read,)] = shop.execute("SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables "
                                 "WHERE schemaname = 'safe'").fetchall()  # fmt: skip
        shop.execute("DROP SCHEMA safe CASCADE")
    assert (looked.state, looked.error) == (ConnectionState.SAFE_MODE, "")
    assert {len(column.values) for column in mappings.asked["safe.items"]} == {20}
    assert (written, slots, publications) == (5000, 0, 0)
    assert read - 5000 <= 200  # the ANALYZE and index build read the table once; a LIMIT stops within one page


async def test_streams_when_many_then_the_preview_comes_in_pages(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, folder: Path
) -> None:
    for number in range(3):
        (folder / f"more{number}.csv").write_text(rows(3))
    made = await onboarding.onboard(caller, Entry("shop", "files", {"path": str(folder)}))
    await look(api, caller, made)
    first, token = await onboarding.preview(caller, str(made.id), "", 3, "")
    second, end = await onboarding.preview(caller, str(made.id), "", 3, token)
    names = [one.stream.name for one in (*first.streams, *second.streams)]
    assert (names, end) == (["items.csv", "more0.csv", "more1.csv", "more2.csv"], "")
    assert {one.error for one in first.streams} == {"No mapping is proposed for it yet."}
    one, _ = await onboarding.preview(caller, str(made.id), "more1.csv", 3, "")
    assert [stream.stream.name for stream in one.streams] == ["more1.csv"]


async def test_tenants_when_two_then_neither_previews_nor_promotes_the_others(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, folder: Path
) -> None:
    made = await onboarding.onboard(caller, Entry("shop", "files", {"path": str(folder)}))
    await look(api, caller, made)
    other = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    with pytest.raises(ConnectionNotFound):
        await onboarding.preview(other, str(made.id), "", 0, "")
    with pytest.raises(ConnectionNotFound):
        await onboarding.promote(other, str(made.id))
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    with pytest.raises(PermissionDenied):
        await onboarding.promote(viewer, str(made.id))
    with pytest.raises(PermissionDenied):
        await onboarding.onboard(viewer, Entry("x", "files"))
