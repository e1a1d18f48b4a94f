"""What a tenant's connection may not reach: private addresses, private folders, and another's secrets."""

import asyncio
import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aam.adapters.connections import PostgresConnections
from aam.adapters.sources.files import FilesConnector
from aam.adapters.sources.postgres import PostgresConnector
from aam.adapters.tables import SEALED
from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import Fault, InvalidSettings, SourceError
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.secrets import CredentialLocators, LocalKeys, LocatorRefused, SecretBox
from aos_common.secrets.rewrap import Counts, rewrap
from aos_local.provision import Provisioned
from aos_local.testing_walls import OpenBao, openbao


@pytest.fixture(scope="module")
def bao() -> Iterator[OpenBao]:
    with openbao() as server:
        yield server


def _connection(**settings: Any) -> Connection:
    now = datetime.now(UTC)
    return Connection(uuid4(), uuid4().hex, "postgres", settings, ConnectionState.PENDING, now)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "2130706433", "%2Fvar%2Frun"])
def test_postgres_when_the_address_is_private_then_nothing_is_connected(host: str, source_url: str) -> None:
    connector = PostgresConnector(Egress())
    port = source_url.rpartition(":")[2].partition("/")[0]
    source = connector.open(*connector.split({"url": f"postgresql://me:pw@{host}:{port}/shop"}))
    with pytest.raises(SourceError) as refused:
        source.check()
    assert refused.value.reason == "SOURCE_ADDRESS_NOT_ALLOWED"
    assert refused.value.fault is Fault.CONFIG
    assert "AOS_EGRESS_ALLOW" in refused.value.hint


def test_postgres_when_the_name_is_resolved_then_the_checked_address_is_connected_to(
    source_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver is given the address: a name that only this process's resolver knows works."""
    resolve = socket.getaddrinfo

    def rebinding(host: str, *arguments: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if host == "rebind.example" else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    connector = PostgresConnector(Egress("127.0.0.1"))
    settings = {"url": source_url.replace("127.0.0.1", "rebind.example"), "sslmode": "disable"}
    connector.open(*connector.split(settings)).check()


@pytest.mark.parametrize("extra", ["host=127.0.0.1", "hostaddr=127.0.0.1", "service=x", "passfile=/etc/passwd"])
def test_postgres_when_the_url_carries_more_parameters_then_they_reach_no_driver(extra: str) -> None:
    connector = PostgresConnector(Egress("127.0.0.1:1"))
    public, secret = connector.split({"url": f"postgresql://me:pw@db.example/shop?{extra}"})
    assert "127.0.0.1" not in str(public)
    assert "passwd" not in str(public) + str(secret)


def test_files_when_a_folder_is_private_then_neither_it_nor_a_link_into_it_is_read(tmp_path: Path) -> None:
    private, open_ = tmp_path / "home" / "secrets", tmp_path / "data"
    for folder in (private, open_):
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text("a,b\n1,2\n")
    (open_ / "link.csv").symlink_to(private / "rows.csv")
    (open_ / "deep").symlink_to(private)
    connector = FilesConnector(AllowedFolders([tmp_path], [tmp_path / "home"]))

    def streams(path: Path) -> list[str]:
        return [stream.name for stream in connector.open({"path": str(path)}, {}).discover()]

    assert streams(open_) == ["rows.csv"]
    assert streams(tmp_path) == ["data/rows.csv"]
    for path in (private, private / "rows.csv", open_ / "link.csv", open_ / ".." / "home" / "secrets", Path("/etc")):
        with pytest.raises(SourceError) as refused:
            streams(path)
        assert refused.value.reason == "PATH_NOT_ALLOWED"


def test_files_when_a_single_file_is_no_data_file_then_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("root:x:0\n")
    with pytest.raises(SourceError, match="holds no file"):
        FilesConnector(AllowedFolders([tmp_path])).open({"path": str(tmp_path / "passwd")}, {}).check()
    with pytest.raises(InvalidSettings):
        FilesConnector(AllowedFolders([tmp_path])).split({"path": str(tmp_path), "pattern": "/etc/*"})


@pytest.mark.parametrize("locator", ["env:HOME", "env:AOS_DATABASE_URL", "file:///etc/passwd"])
def test_locator_when_it_names_the_platforms_environment_then_the_connection_is_refused(locator: str) -> None:
    with pytest.raises(LocatorRefused):
        PostgresConnector(Egress()).split({"url": "postgresql://me@db.example/shop", "password_from": locator})


async def test_secret_when_located_in_the_tenants_vault_then_is_read_at_use_and_shown_as_a_reference(
    database: Database, bao: OpenBao
) -> None:
    tenant, other = uuid4(), uuid4()
    bao.call("POST", f"secret/data/tenants/{tenant}/crm", {"data": {"password": "first"}})
    locators = CredentialLocators(bao.url("secret/data/tenants/{tenant}"))
    connections = PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), locators)
    public, secret = PostgresConnector(Egress()).split(
        {"url": "postgresql://me@db.example/shop", "password_from": "vault:crm#password"}
    )
    made = {owner: await connections.add(owner, _connection(**public), secret) for owner in (tenant, other)}
    assert (await connections.get(tenant, made[tenant].id)).settings["password_from"] == "vault:crm#password"
    assert (await connections.secret(tenant, made[tenant].id))["password"] == "first"
    bao.call("POST", f"secret/data/tenants/{tenant}/crm", {"data": {"password": "second"}})
    assert (await connections.secret(tenant, made[tenant].id))["password"] == "second"
    with pytest.raises(SourceError) as refused:
        await connections.secret(other, made[other].id)
    assert refused.value.reason == "CREDENTIAL_LOCATOR_REFUSED"
    await locators.close()


async def _tenant_with_secret(database: Database, box: SecretBox) -> tuple[UUID, UUID]:
    tenant, connection = uuid4(), _connection()
    await PostgresConnections(database, box, CredentialLocators()).add(tenant, connection, {"password": "canary"})
    return tenant, connection.id


async def test_rewrap_when_a_key_was_added_then_every_tenants_credentials_open_without_the_old_one(
    database: Database, provisioned: Provisioned
) -> None:
    old, both, new = (SecretBox(LocalKeys([b * 32 for b in keys])) for keys in ([b"k"], [b"k", b"n"], [b"n"]))
    made = [await _tenant_with_secret(database, old) for _ in range(3)]
    lost = await _tenant_with_secret(database, SecretBox(LocalKeys([b"x" * 32])))
    first = await rewrap(provisioned["aam"].owner, database, both, SEALED)
    assert first.seen == first.changed + 1 >= 4
    assert await rewrap(provisioned["aam"].owner, database, both, SEALED) == Counts(first.seen, 0, 1)
    await PostgresConnections(database, old, CredentialLocators()).delete(*lost)
    connections = PostgresConnections(database, new, CredentialLocators())
    for tenant, connection_id in made:
        assert await connections.secret(tenant, connection_id) == {"password": "canary"}


async def test_rewrap_command_when_a_line_was_added_to_the_key_file_then_says_what_it_did(
    database: Database, provisioned: Provisioned, tmp_path: Path
) -> None:
    old, new = (base64.b64encode(b * 32).decode() for b in (b"k", b"m"))
    tenant, connection_id = await _tenant_with_secret(database, SecretBox(LocalKeys([b"k" * 32])))
    key = tmp_path / "key"
    key.write_text(f"{old}\n{new}\n")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AOS_")},
        "AOS_DATABASE_URL": provisioned["aam"].app,
        "AOS_OWNER_DATABASE_URL": provisioned["aam"].owner,
        "AOS_CREDENTIAL_KEY": key.as_uri(),
    }
    command = [sys.executable, "-m", "aam", "rewrap"]
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "put under the newest key" in done.stdout
    connections = PostgresConnections(database, SecretBox.from_setting(key.as_uri()), CredentialLocators())
    assert await connections.secret(tenant, connection_id) == {"password": "canary"}
    key.write_text(new)
    connections = PostgresConnections(database, SecretBox.from_setting(key.as_uri()), CredentialLocators())
    assert await connections.secret(tenant, connection_id) == {"password": "canary"}
