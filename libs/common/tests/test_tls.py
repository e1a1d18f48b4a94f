"""Against servers that speak TLS: the right authority and name get through, nothing else does."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import grpc as grpc_lib
import pytest
import sqlalchemy as sa
from aos_common import grpc
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from aos_common.migrations import migrate
from aos_common.objects import ObjectStore
from aos_common.settings import ServiceSettings
from aos_common.testing import Issuer
from aos_common.tls import MutualTls, mutual_tls, postgres_arguments, verifying
from aos_common.valkey import connect
from aos_local.provision import provision
from aos_local.testing import postgres, s3, valkey
from aos_local.testing_tls import Authority, authority, postgres_with_tls, tls_before
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import SecretStr
from redis.exceptions import ConnectionError as RedisConnectionError
from s3fs import S3FileSystem


@pytest.fixture(scope="module")
def ours() -> Iterator[Authority]:
    with authority() as made:
        yield made


@pytest.fixture(scope="module")
def strangers() -> Iterator[Authority]:
    with authority() as made:
        yield made


@pytest.fixture(scope="module")
def for_localhost(ours: Authority) -> MutualTls:
    """A certificate that names `localhost` and not the address 127.0.0.1."""
    return ours.issue("localhost")


def _by_name(url: str) -> str:
    return url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def postgres_url(for_localhost: MutualTls) -> Iterator[str]:
    with postgres() as plain, postgres_with_tls(plain, for_localhost) as url:
        yield url


def _verified(url: str, trusted: Path, mode: str = "verify-full") -> str:
    return f"{url}?sslmode={mode}&sslrootcert={quote(str(trusted))}"


async def test_database_when_the_authority_and_the_name_are_right_then_everything_goes_through_tls(
    postgres_url: str, ours: Authority
) -> None:
    urls = provision(_verified(_by_name(postgres_url), ours.file), lambda role: f"pw-{role}", ["aod"])
    assert "verify-full" in urls["aod"].app
    await _migrated(urls["aod"].owner)
    database = Database(urls["aod"].app, "aod")
    async with database.tenant_tx(uuid4()) as tx:
        assert (await tx.execute(sa.text("SELECT current_user"))).scalar_one() == "aod_app"
    await database.close()


async def _migrated(owner_url: str) -> None:
    import asyncio

    await asyncio.to_thread(migrate, owner_url, "aod", Path(__file__).parent / "migrations")


@pytest.mark.parametrize(
    ("by_name", "stranger", "mode", "gets_through"),
    [
        (True, False, "verify-full", True),
        (False, False, "verify-ca", True),
        (False, False, "verify-full", False),
        (True, True, "verify-full", False),
        (True, True, "verify-ca", False),
        (True, True, "require", False),
        (True, False, "disable", False),
    ],
)
async def test_database_when_authority_name_or_mode_differ_then_only_the_right_ones_get_through(
    postgres_url: str,
    ours: Authority,
    strangers: Authority,
    by_name: bool,
    stranger: bool,
    mode: str,
    gets_through: bool,
) -> None:
    url = _by_name(postgres_url) if by_name else postgres_url
    database = Database(_verified(url, (strangers if stranger else ours).file, mode), "public")
    if gets_through:
        await database.ping()
    else:
        with pytest.raises(DependencyUnavailable):
            await database.ping()
    await database.close()


async def test_database_when_no_authority_is_named_then_the_systems_are_asked(postgres_url: str) -> None:
    database = Database(f"{_by_name(postgres_url)}?sslmode=verify-full", "public")
    with pytest.raises(DependencyUnavailable):
        await database.ping()
    await database.close()


async def test_verifying_when_a_checked_address_is_dialled_then_the_name_is_what_counts(
    postgres_url: str, ours: Authority
) -> None:
    arguments = postgres_arguments(postgres_url)
    for expected, gets_through in (("localhost", True), ("db.example", False)):
        context = verifying(expected, "verify-full")
        context.load_verify_locations(ours.file)
        if gets_through:
            connection = await asyncpg.connect(**{**arguments, "ssl": context})
            await connection.close()
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncpg.connect(**{**arguments, "ssl": context})


@pytest.mark.parametrize("mode", ["none", "verify_full"])
def test_database_when_the_mode_is_unknown_then_it_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="sslmode"):
        Database(f"postgresql://a:b@c/d?sslmode={mode}&sslrootcert=x", "public")


async def test_valkey_when_authority_and_name_are_right_then_connects_and_else_never(
    for_localhost: MutualTls, ours: Authority, strangers: Authority
) -> None:
    with valkey() as plain, tls_before(urlsplit(plain).port or 0, for_localhost) as port:
        url = urlunsplit(urlsplit(plain)._replace(scheme="rediss", netloc=f"{plain[8:].rpartition(':')[0]}:{port}"))
        for by_name, trusted, gets_through in (
            (True, ours, True),
            (False, ours, False),
            (True, strangers, False),
            (True, None, False),
        ):
            query = f"?ssl_ca_certs={trusted.file}" if trusted else ""
            client = connect((_by_name(url) if by_name else url) + query)
            if gets_through:
                assert await client.ping()
            else:
                with pytest.raises(RedisConnectionError, match="certificate"):
                    await client.ping()
            await client.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "rediss://a:b@c/0?ssl_cert_reqs=none",
        "rediss://a:b@c/0?ssl_check_hostname=false",
        "http://c/0",
        "unix:///tmp/x",
    ],
)
def test_valkey_when_the_url_would_weaken_the_check_then_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="AOS_REDIS_URL"):
        connect(url)


def test_objects_when_authority_and_name_are_right_then_are_stored_and_else_never(
    for_localhost: MutualTls, ours: Authority, strangers: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(S3FileSystem, "retries", 1)
    with s3() as (url, options), tls_before(urlsplit(options["endpoint_url"]).port or 0, for_localhost) as port:
        tenant = uuid4()

        def store(host: str, trusted: Authority | None) -> ObjectStore:
            more: dict[str, Any] = {"ca_file": str(trusted.file)} if trusted else {}
            more["config_kwargs"] = {"retries": {"max_attempts": 1}}  # a refusal stays one
            return ObjectStore(url, {**options, "endpoint_url": f"https://{host}:{port}", **more})

        with store("localhost", ours).tenant(tenant).write("a") as file:
            file.write(b"1")
        assert store("localhost", ours).tenant(tenant).read("a").read() == b"1"
        for host, trusted in (("127.0.0.1", ours), ("localhost", strangers), ("localhost", None)):
            with pytest.raises(OSError, match=r"(?i)ssl|certificate"):
                store(host, trusted).tenant(tenant).exists("a")


async def test_inside_when_tls_is_mutual_then_grpc_asks_for_a_certificate_of_the_authority(
    ours: Authority, strangers: Authority
) -> None:
    server_tls, client_tls = ours.issue("localhost", "127.0.0.1"), ours.issue("aam.inside")
    server, port = grpc.server(Issuer().verifier(), [], "127.0.0.1:0", tls=server_tls)
    await server.start()
    wrong = strangers.issue("aam.inside")
    cases = {
        "ours": (grpc.channel(f"localhost:{port}", client_tls), True),
        "no certificate": (
            grpc_lib.aio.secure_channel(f"localhost:{port}", grpc_lib.ssl_channel_credentials(ours.file.read_bytes())),
            False,
        ),
        "a stranger's": (grpc.channel(f"localhost:{port}", MutualTls(wrong.certificate, wrong.key, ours.file)), False),
        "a server of strangers": (
            grpc.channel(f"localhost:{port}", MutualTls(client_tls.certificate, client_tls.key, strangers.file)),
            False,
        ),
        "no TLS": (grpc.channel(f"localhost:{port}"), False),
    }
    for name, (channel, gets_through) in cases.items():
        check = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
        if gets_through:
            await check
        else:
            with pytest.raises(grpc_lib.aio.AioRpcError):
                await check
        await channel.close(), name
    await server.stop(None)


def test_inside_when_only_some_files_are_set_then_the_settings_are_refused(tmp_path: Path) -> None:
    settings = ServiceSettings(database_url=SecretStr("postgresql://a:b@c/d"), tls_cert=tmp_path)
    with pytest.raises(ValueError, match="AOS_TLS_CERT"):
        settings.mutual_tls()
    assert mutual_tls(None, None, None) is None
