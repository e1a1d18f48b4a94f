import asyncio
import socket

import psycopg
import pytest
from aos_local import testing
from aos_local.processes.ports import accepts
from temporalio.client import Client
from valkey import Valkey
from valkey.exceptions import AuthenticationError


def test_postgres_when_started_then_has_pgvector_and_logical_decoding_and_is_gone_after() -> None:
    with testing.postgres() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION vector")
        distance = connection.execute("SELECT '[1,2]'::vector <-> '[1,4]'::vector").fetchone()
        level = connection.execute("SHOW wal_level").fetchone()
        port = connection.info.port
    assert distance == (2.0,)
    assert level == ("logical",)
    assert not accepts(port)


def test_postgres_when_password_is_wrong_then_refuses() -> None:
    with testing.postgres() as url, pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(testing.PASSWORD, "wrong"))


def test_two_postgres_when_side_by_side_then_share_nothing() -> None:
    with testing.postgres() as one, testing.postgres() as other:
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with psycopg.connect(other) as connection:
            found = connection.execute("SELECT to_regclass('only_here')").fetchone()
    assert found == (None,)


def test_valkey_when_started_then_keeps_streams_behind_a_password() -> None:
    with testing.valkey() as url:
        client = Valkey.from_url(url)
        entry = client.xadd("aam:flow", {"a": "1"})
        length = client.xlen("aam:flow")
        client.close()
        port = int(url.rpartition(":")[2].partition("/")[0])
        with Valkey(host="127.0.0.1", port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.ping()
    assert entry
    assert length == 1


async def test_temporal_when_started_then_a_client_connects() -> None:
    def started() -> tuple[str, bool]:
        with testing.temporal() as address:
            healthy = asyncio.run(_healthy(address))
        return address, healthy

    address, healthy = await asyncio.to_thread(started)
    assert healthy
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(port))) != 0


async def _healthy(address: str) -> bool:
    client = await Client.connect(address, namespace="default")
    return await client.service_client.check_health()
