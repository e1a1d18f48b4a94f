"""A connection to one member of a deployment, at an address that was checked."""

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from aos_common.egress import Egress, EgressRefused, HostUnknown
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo import MongoClient, ReadPreference
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from aam.adapters.sources.mongo.connector import PORT, MongoSettings
from aam.domain.errors import SourceError

Document = dict[str, Any]
Client = MongoClient[Document]
CODEC: CodecOptions[Document] = CodecOptions(
    document_class=dict,
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
    unicode_decode_error_handler="surrogateescape",  # one broken text costs its row, not the reading
    datetime_conversion=DatetimeConversion.DATETIME_MS,  # dates beyond the year 9999 exist
)
CONNECT_SECONDS = 5


@contextmanager
def connected(settings: MongoSettings, egress: Egress) -> Iterator[Client]:
    """A client of the first member that answers; the hosts that a server announces are never connected to.

    Raises `SourceError` for refused hosts, and the driver's own errors.
    """
    last: Exception | None = None
    for host, address, port in _addresses(settings, egress):
        client = _client(settings, host, address, port)
        try:
            client.admin.command("ping")
        except (AutoReconnect, ServerSelectionTimeoutError) as error:
            client.close()
            last = error
            continue
        except BaseException:
            client.close()
            raise
        try:
            yield client
        finally:
            client.close()
        return
    assert last is not None
    raise last


def _addresses(settings: MongoSettings, egress: Egress) -> list[tuple[str, str, int]]:
    """(host, checked address, port) of every member; all are checked before one is tried."""
    found = []
    for seed in settings.hosts:
        host, port = split_seed(seed)
        try:
            found += [(host, address, port) for address in egress.addresses_now(host, port)]
        except (EgressRefused, HostUnknown) as error:
            raise SourceError(error.message, hint=error.hint, reason=f"SOURCE_{error.reason}") from None
    return found


def split_seed(seed: str) -> tuple[str, int]:
    """Host and port of a member."""
    host, colon, port = seed.rpartition(":")
    if not colon or "]" in port:
        return seed.strip("[]"), PORT
    return host.strip("[]"), int(port)


def _client(settings: MongoSettings, host: str, address: str, port: int) -> Client:
    options: dict[str, Any] = {}
    if settings.user:
        password = settings.password.get_secret_value()
        options |= {"username": settings.user, "password": password, "authSource": settings.auth_source}
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as authorities:
        if settings.tls != "disable":
            options |= {"tls": True, "tlsAllowInvalidCertificates": settings.tls == "require"}
            if settings.tls_ca:
                authorities.write(settings.tls_ca)
                authorities.flush()
                options["tlsCAFile"] = authorities.name
        try:
            client: Client = MongoClient(
                f"[{address}]" if ":" in address else address,
                port,
                directConnection=True,
                connect=False,
                appname="autonomos",
                read_preference=ReadPreference.PRIMARY_PREFERRED,
                serverSelectionTimeoutMS=CONNECT_SECONDS * 1000,
                connectTimeoutMS=CONNECT_SECONDS * 1000,
                socketTimeoutMS=settings.read_timeout_seconds * 1000,
                maxPoolSize=4,
                **options,
            )
        except ssl.SSLError as error:
            raise SourceError(
                "`tls_ca` is no certificate that can be read.",
                hint="Enter the certificates as PEM text, from -----BEGIN CERTIFICATE----- on.",
                reason="SOURCE_TLS_FAILED",
                internal=str(error),
            ) from None
    _name(client, host)
    return client


def _name(client: Client, host: str) -> None:
    """Have the certificate checked against the host's name, though the connection goes to its checked address.

    The driver resolves names itself and has no setting for this (libpq's is `hostaddr`): what it wraps its sockets with
    is told the name here.
    """
    context = client.options.pool_options._ssl_context
    if context is not None:
        context.wrap_socket = partial(_wrap, context.wrap_socket, host)  # type: ignore[method-assign]  # see above


def _wrap(wrap: Any, host: str, sock: Any, *, server_hostname: str = "", **options: Any) -> Any:
    del server_hostname
    return wrap(sock, server_hostname=host, **options)
