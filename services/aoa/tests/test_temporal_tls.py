"""Temporal behind TLS: the right authority and name get through, nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aoa.app import _temporal_tls
from aoa.settings import Settings
from aos_local.testing import temporal
from aos_local.testing_tls import Authority, authority, tls_before
from pydantic import SecretStr
from temporalio.client import Client


@pytest.fixture(scope="module")
def strangers() -> Iterator[Authority]:
    with authority() as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Path]]:
    with (
        authority() as ours,
        temporal() as plain,
        tls_before(int(plain.rpartition(":")[2]), ours.issue("localhost")) as port,
    ):
        yield port, ours.file


async def _connect(host: str, port: int, **files: Path | bool) -> Client:
    settings = Settings(database_url=SecretStr("postgresql://a:b@c/d"), **files)
    return await Client.connect(f"{host}:{port}", tls=_temporal_tls(settings))


async def test_temporal_when_authority_and_name_are_right_then_connects(server: tuple[int, Path]) -> None:
    port, trusted = server
    client = await _connect("localhost", port, temporal_tls_ca=trusted)
    assert await client.service_client.check_health()


@pytest.mark.parametrize("how", ["another name", "another authority", "the system's authorities", "no TLS"])
async def test_temporal_when_authority_or_name_differ_then_it_is_refused(
    server: tuple[int, Path], strangers: Authority, how: str
) -> None:
    port, trusted = server
    host = "127.0.0.1" if how == "another name" else "localhost"
    files: dict[str, dict[str, Path | bool]] = {
        "another name": {"temporal_tls_ca": trusted},
        "another authority": {"temporal_tls_ca": strangers.file},
        "the system's authorities": {"temporal_tls": True},
        "no TLS": {},
    }
    with pytest.raises(RuntimeError):
        await _connect(host, port, **files[how])
