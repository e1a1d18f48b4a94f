"""Signing in, and the one refresh that everybody who reads a connection shares."""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aam.adapters.connections import PostgresConnections
from aam.adapters.credentials import HeldCredentials
from aam.adapters.sources.salesforce.connector import SalesforceConnector
from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import Fault, InvalidSettings, SourceError
from aam.usecases.connecting.open_source import open_source as open_stored
from aam.usecases.connecting.reconnect import reconnect
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox
from aos_local.provision import Provisioned
from aos_local.salesforce.client import Emulator
from aos_local.salesforce.example import CLIENT_ID, USER_NAME
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TOKEN = "/services/oauth2/token"


class OnlySalesforce:
    """The connectors of these tests."""

    def __init__(self) -> None:
        self._one = SalesforceConnector(Egress("127.0.0.1"), wait=lambda seconds: time.sleep(seconds / 100))

    def all(self) -> list[Any]:
        return [self._one]

    def get(self, name: str) -> Any:
        assert name == "salesforce"
        return self._one


@pytest.fixture
def connections(database: Database) -> PostgresConnections:
    return PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), CredentialLocators())


async def _stored(connections: PostgresConnections, settings: dict[str, Any]) -> tuple[UUID, Connection]:
    public, secret = OnlySalesforce().get("salesforce").split(settings)
    tenant, now = uuid4(), datetime.now(UTC)
    made = Connection(uuid4(), uuid4().hex, "salesforce", public, ConnectionState.ACTIVE, now)
    return tenant, await connections.add(tenant, made, secret)


async def _check(connections: PostgresConnections, tenant: UUID, connection: Connection) -> None:
    source = await open_stored(tenant, connection, connections=connections, connectors=OnlySalesforce())
    await asyncio.to_thread(source.check)


@pytest.mark.parametrize("rotation", ["rotate", "omit"])
async def test_session_when_it_ends_under_64_threads_of_two_processes_then_one_of_them_renews_it(
    rotation: str, emulator: Emulator, connections: PostgresConnections, provisioned: Provisioned
) -> None:
    emulator.generate("Account", 600, start="2024-01-01T00:00:00Z")
    emulator.turn(page_size=200)
    emulator.app(rotation=rotation)
    tenant, connection = await _stored(connections, emulator.settings())
    await _check(connections, tenant, connection)
    emulator.forget()
    emulator.expire(after_requests=100)
    worker = Path(__file__).with_name("sync_worker.py")
    argv = [str(worker), provisioned["aam"].app, str(tenant), str(connection.id), "32", "Account"]
    workers = [
        await asyncio.create_subprocess_exec(sys.executable, *argv, stdout=asyncio.subprocess.PIPE) for _ in range(2)
    ]
    told = [json.loads((await one.communicate())[0]) for one in workers]
    assert told == [[600] * 32] * 2
    assert emulator.asked("POST", TOKEN) == 1
    refused = sum(entry["status"] == 401 for entry in emulator.requests())
    assert 1 <= refused <= 64


async def test_session_when_the_process_that_renews_it_is_killed_then_another_does(
    emulator: Emulator, connections: PostgresConnections, provisioned: Provisioned
) -> None:
    tenant, connection = await _stored(connections, emulator.settings())
    emulator.arm(path=TOKEN, delay=60.0)
    worker = Path(__file__).with_name("sync_worker.py")
    argv = [str(worker), provisioned["aam"].app, str(tenant), str(connection.id), "1", "Account"]
    doomed = await asyncio.create_subprocess_exec(sys.executable, *argv, stdout=asyncio.subprocess.DEVNULL)
    while not emulator.asked("POST", TOKEN):
        assert doomed.returncode is None
        await asyncio.sleep(0.05)
    doomed.kill()
    await doomed.wait()
    await asyncio.wait_for(_check(connections, tenant, connection), 10)
    assert emulator.asked("POST", TOKEN) == 2


async def test_session_when_renewed_in_one_process_then_the_next_uses_it(
    emulator: Emulator, connections: PostgresConnections
) -> None:
    tenant, connection = await _stored(connections, emulator.settings())
    for _ in range(3):
        await _check(connections, tenant, connection)
    assert emulator.asked("POST", TOKEN) == 1
    assert "session" not in await connections.secret(tenant, connection.id)


@pytest.mark.parametrize("rotation", ["rotate", "omit", "echo"])
async def test_refresh_token_when_rotated_or_left_out_then_the_next_renewal_works(
    rotation: str, emulator: Emulator, connections: PostgresConnections
) -> None:
    emulator.app(rotation=rotation)
    tenant, connection = await _stored(connections, emulator.settings())
    for _ in range(4):
        await _check(connections, tenant, connection)
        emulator.expire(sessions=True)
    assert emulator.asked("POST", TOKEN) == 4


async def test_session_when_it_grows_old_then_is_renewed_before_it_is_refused(emulator: Emulator) -> None:
    connector = OnlySalesforce().get("salesforce")
    credentials = HeldCredentials()
    source = connector.open_renewing(*connector.split(emulator.settings(session_minutes=1)), credentials)
    await asyncio.to_thread(source.check)
    credentials._stored = {**credentials.session(), "issued_at": f"{time.time() - 61:.3f}"}
    again = connector.open_renewing(*connector.split(emulator.settings(session_minutes=1)), credentials)
    await asyncio.to_thread(again.check)
    assert emulator.asked("POST", TOKEN) == 2
    assert not any(entry["status"] == 401 for entry in emulator.requests())


async def test_grant_when_it_is_withdrawn_then_says_to_reconnect_and_asks_no_more_until_somebody_does(
    emulator: Emulator, connections: PostgresConnections
) -> None:
    tenant, connection = await _stored(connections, emulator.settings())
    await _check(connections, tenant, connection)
    emulator.app(refresh_tokens=[])
    emulator.expire(sessions=True)
    emulator.forget()
    for _ in range(3):
        with pytest.raises(SourceError) as caught:
            await _check(connections, tenant, connection)
        assert (caught.value.reason, caught.value.fault) == ("SOURCE_AUTHENTICATION_FAILED", Fault.CONFIG)
        assert "Reconnect" in caught.value.hint
    assert emulator.asked("POST", TOKEN) == 1
    emulator.app(refresh_tokens=["5Aep-new"])
    settings = emulator.settings(refresh_token="5Aep-new")
    changed = await reconnect(tenant, connection.id, settings, connections=connections, connectors=OnlySalesforce())
    assert changed.id == connection.id
    await _check(connections, tenant, await connections.get(tenant, connection.id))


async def test_token_endpoint_when_it_fails_for_a_moment_then_is_asked_again(
    emulator: Emulator, connections: PostgresConnections
) -> None:
    tenant, connection = await _stored(connections, emulator.settings())
    emulator.arm("token_unavailable", times=2)
    await _check(connections, tenant, connection)
    emulator.arm("token_unavailable", times=100)
    emulator.expire(sessions=True)
    with pytest.raises(SourceError) as caught:
        await _check(connections, tenant, connection)
    assert caught.value.fault is Fault.TRANSIENT
    emulator.disarm()
    await _check(connections, tenant, connection)


def _keys() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def test_jwt_when_the_key_is_right_then_signs_in_and_otherwise_says_why(emulator: Emulator, open_source: Any) -> None:
    private, public = _keys()
    other, _ = _keys()
    emulator.app(CLIENT_ID, public_key=public)
    grant = {"auth": "jwt", "username": USER_NAME, "refresh_token": ""}
    open_source(**grant, private_key=private).check()
    for changes, told in (
        ({"private_key": other}, "invalid assertion"),
        ({"private_key": private, "username": "stranger@example.com"}, "approved"),
        ({"private_key": "no key"}, "no RSA key"),
    ):
        with pytest.raises(SourceError) as caught:
            open_source(**{**grant, **changes}).check()
        assert told in str(caught.value)
        assert caught.value.fault is Fault.CONFIG


def test_client_credentials_when_used_then_signs_in(emulator: Emulator, open_source: Any) -> None:
    open_source(auth="client_credentials", refresh_token="").check()
    with pytest.raises(SourceError, match="invalid client credentials") as caught:
        open_source(auth="client_credentials", client_secret="wrong-canary").check()
    assert "wrong-canary" not in f"{caught.value} {caught.value.internal}"


@pytest.mark.parametrize(
    "changes",
    [
        {"login_url": "http://login.salesforce.com"},
        {"login_url": "https://login.salesforce.com/path"},
        {"auth": "jwt"},
        {"auth": "password"},
        {"refresh_token": ""},
        {"objects": ["Account; DROP"]},
        {"refresh_token_from": "env:HOME", "refresh_token": ""},
    ],
)
def test_settings_when_wrong_then_are_refused_without_showing_secrets(changes: dict[str, Any]) -> None:
    settings = {"client_id": "id", "client_secret": "canary-1", "refresh_token": "canary-2", **changes}
    with pytest.raises(Exception) as caught:  # noqa: PT011  InvalidSettings or LocatorRefused
        SalesforceConnector(Egress()).split(settings)
    assert "canary" not in str(caught.value)


def test_settings_when_split_then_secrets_are_apart_and_marked() -> None:
    connector = SalesforceConnector(Egress())
    public, secret = connector.split({"client_id": "id", "client_secret": "canary-1", "refresh_token": "canary-2"})
    assert secret == {"client_secret": "canary-1", "refresh_token": "canary-2", "private_key": ""}
    assert "canary" not in str(public) + connector.open(public, secret).location
    described = connector.settings_schema()["properties"]
    assert all(described[name]["writeOnly"] for name in secret)
    with pytest.raises(InvalidSettings):
        connector.split({"client_id": "id", "refresh_token": "t", "unknown": 1})


def test_addresses_when_not_allowed_then_nothing_is_connected_to(emulator: Emulator) -> None:
    connector = SalesforceConnector(Egress(), wait=lambda _: None)
    with pytest.raises(SourceError) as caught:
        connector.open(*connector.split(emulator.settings())).check()
    assert caught.value.reason == "SOURCE_ADDRESS_NOT_ALLOWED"
    assert emulator.requests() == []


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254", "https://[::1]:1", "https://evil.example/path", "ftp://x"]
)
def test_addresses_when_the_session_is_sent_elsewhere_then_it_is_not_followed(address: str, emulator: Emulator) -> None:
    body = json.dumps({"access_token": "canary", "instance_url": address})
    emulator.arm(path=TOKEN, status=200, body=body)
    connector = SalesforceConnector(Egress(emulator.url.removeprefix("http://")), wait=lambda _: None)
    with pytest.raises(SourceError) as caught:
        connector.open(*connector.split(emulator.settings())).check()
    assert caught.value.reason in ("SOURCE_ADDRESS_NOT_ALLOWED", "SOURCE_HOST_UNKNOWN")
    assert "canary" not in f"{caught.value} {caught.value.internal}"


def test_addresses_when_the_rest_of_an_answer_is_elsewhere_then_it_is_not_followed(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    body = json.dumps({"totalSize": 2, "done": False, "nextRecordsUrl": "http://169.254.169.254/x", "records": []})
    emulator.arm(path=r"queryAll\?q=SELECT\+Id", status=200, body=body)
    with pytest.raises(SourceError) as caught:
        read(open_source(), "Account")
    assert caught.value.reason == "SOURCE_ADDRESS_NOT_ALLOWED"
