"""What a connection holds at its source, a replication slot, goes with the connection."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector
from aam.domain.connection import Connection
from aam.domain.errors import ConnectionNotFound, SourceError
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from psycopg import sql

ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
async def followed(api: AamApi, caller: Caller, shop: str, mappings: Any) -> Connection:
    """A connection that follows a table, with its slot made."""
    with psycopg.connect(shop, autocommit=True) as source:
        source.execute("CREATE TABLE items (id int PRIMARY KEY, n int)")
        source.execute("INSERT INTO items SELECT i, i FROM generate_series(1, 9) i")
    mappings.known["public.items"] = ITEMS
    made = await api.create(caller, "shop", "postgres", settings_of(shop), [], "")
    await api.onboard(caller.tenant_id, made.id)
    run = await api.sync(caller, str(made.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    assert len(slots(shop)) == 1
    return made


def settings_of(shop: str, **changes: Any) -> dict[str, Any]:
    name = shop.rsplit("/", 1)[1]
    return {"url": shop, "replication": "required", "replication_name": f"{name}_follow", **changes}


def slots(shop: str) -> list[str]:
    """The names of slots and publications of the database."""
    with psycopg.connect(shop) as source:
        made = source.execute("SELECT slot_name FROM pg_replication_slots WHERE database = current_database()")
        published = source.execute("SELECT pubname FROM pg_publication")
        found = {str(name) for (name,) in made.fetchall()}
        assert {str(name) for (name,) in published.fetchall()} == found
        return sorted(found)


async def test_connection_when_deleted_then_the_slot_goes_with_it(
    api: AamApi, caller: Caller, shop: str, followed: Connection
) -> None:
    await api.delete(caller, str(followed.id))
    assert slots(shop) == []


async def test_connection_when_its_source_does_not_answer_then_is_not_deleted_until_the_slot_can_go(
    api: AamApi, caller: Caller, shop: str, followed: Connection
) -> None:
    name = sql.Identifier(shop.rsplit("/", 1)[1])
    with psycopg.connect(shop.rsplit("/", 1)[0] + "/postgres", autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        with pytest.raises(SourceError, match="cannot be given up") as refused:
            await api.delete(caller, str(followed.id))
        assert refused.value.reason == "SOURCE_STILL_HELD"
        assert "drop it there yourself" in refused.value.hint
        assert (await api.connection(caller, str(followed.id)))[1][0].version == 1
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
    await api.delete(caller, str(followed.id))
    assert slots(shop) == []
    with pytest.raises(ConnectionNotFound):
        await api.connection(caller, str(followed.id))


async def test_connection_when_reconnected_without_replication_then_the_slot_goes(
    api: AamApi, caller: Caller, shop: str, followed: Connection
) -> None:
    same = await api.reconnect(caller, str(followed.id), settings_of(shop))
    assert len(slots(shop)) == 1
    assert same.error == ""
    without = await api.reconnect(caller, str(followed.id), {"url": shop})
    assert slots(shop) == []
    assert without.error == ""


async def test_connection_when_reconnected_and_the_old_source_refuses_then_says_what_is_left_there(
    api: AamApi, caller: Caller, shop: str, followed: Connection
) -> None:
    other = shop.replace("localhost", "127.0.0.1").rsplit("/", 1)[0] + "/postgres"
    name = sql.Identifier(shop.rsplit("/", 1)[1])
    with psycopg.connect(other, autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        moved = await api.reconnect(caller, str(followed.id), {"url": other})
        assert f"{shop.rsplit('/', 1)[1]}_follow is left at" in moved.error
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


async def test_connection_when_moved_then_the_old_source_is_left_with_its_own_credentials(
    api: AamApi, caller: Caller, shop: str, followed: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    release = PostgresConnector.release

    def watched(self: PostgresConnector, public: Any, secret: Any) -> None:
        seen.append(secret["password"])
        release(self, public, secret)

    monkeypatch.setattr(PostgresConnector, "release", watched)
    parts = urlsplit(shop)
    moved = urlunsplit(parts._replace(netloc=f"{parts.username}:for-the-new-one@{parts.hostname}:1"))
    assert (await api.reconnect(caller, str(followed.id), {"url": moved})).error == ""
    assert seen == [parts.password]
    assert slots(shop) == []
