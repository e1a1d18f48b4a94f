"""TLS by setting: certificates are validated in full, and a URL says which authority is trusted.

PostgreSQL: `?sslmode=verify-full&sslrootcert=/run/ca.pem` as in libpq. Valkey: `rediss://…?ssl_ca_certs=/run/ca.pem`.
Between services: `AOS_TLS_CERT`, `AOS_TLS_KEY` and `AOS_TLS_CA` together; each side then presents its certificate and
asks for the other's. What runs inside one certificate authority is a network, not an identity: tokens are verified too.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import httpx

__all__ = ["MutualTls", "mutual_tls", "postgres_arguments", "postgres_tls", "verifying"]

LIBPQ_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
PLAIN = ("disable", "allow", "prefer", "require")
VERIFIED = ("verify-ca", "verify-full")


def postgres_tls(url: str) -> tuple[str, Any]:
    """Return the URL without libpq's TLS parameters, and what asyncpg takes as `ssl` in their place.

    `verify-full` checks chain and host name, `verify-ca` the chain; without `sslrootcert` the system's authorities
    are trusted. Raises ValueError for an unknown `sslmode`.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    given = {name: query.pop(name) for name in LIBPQ_TLS if name in query}
    bare = urlunsplit(parts._replace(query=urlencode(query)))
    mode = given.get("sslmode", "verify-full" if "sslrootcert" in given else "prefer")
    if mode == "disable" or (mode in PLAIN and "sslrootcert" not in given):
        return bare, mode
    if mode not in (*PLAIN, *VERIFIED):
        raise ValueError(f"sslmode is '{mode}'; it must be one of {', '.join((*PLAIN, *VERIFIED))}")
    root = given.get("sslrootcert")
    context = ssl.create_default_context(cafile=None if root in (None, "system") else root)
    context.check_hostname = mode != "verify-ca"
    if "sslcert" in given:
        context.load_cert_chain(given["sslcert"], given.get("sslkey"))
    return bare, context


def postgres_arguments(url: str) -> dict[str, Any]:
    """Return `asyncpg.connect`'s arguments for a `postgresql://` URL."""
    bare, tls = postgres_tls(url)
    parts = urlsplit(bare)
    return {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
        "ssl": tls,
    }


class _NamedContext(ssl.SSLContext):
    """Compares the certificate with `expected` instead of the address that was connected to."""

    expected = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Ask for the expected name."""
        return super().wrap_bio(incoming, outgoing, server_side, self.expected, session)


def verifying(host: str, sslmode: str) -> ssl.SSLContext:
    """Return a client context for asyncio that checks chain and (`verify-full`) name `host`, whatever is dialled."""
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.expected = host
    context.check_hostname = sslmode == "verify-full"
    return context


@dataclass(frozen=True)
class MutualTls:
    """This process's certificate and key, and the authority that signs every service's; all PEM files."""

    certificate: Path
    key: Path
    authority: Path

    def server_options(self) -> dict[str, Any]:
        """Return uvicorn's options: whoever connects must show a certificate of the authority."""
        return {
            "ssl_certfile": str(self.certificate),
            "ssl_keyfile": str(self.key),
            "ssl_ca_certs": str(self.authority),
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
        }

    def http_client(self, timeout: float) -> httpx.AsyncClient:
        """Return an HTTP client that shows this certificate and trusts this authority alone."""
        # No idle connections: a server that stops would wait for their end of TLS, which nobody reads for.
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=0)
        return httpx.AsyncClient(timeout=timeout, verify=self.client_context(), limits=limits)

    def client_context(self) -> ssl.SSLContext:
        """Return the context of an HTTP client that shows this certificate and trusts this authority alone."""
        context = ssl.create_default_context(cafile=self.authority)
        context.load_cert_chain(self.certificate, self.key)
        return context


def mutual_tls(certificate: Path | None, key: Path | None, authority: Path | None) -> MutualTls | None:
    """Return mutual TLS when all three are set, None when none is; raises ValueError in between."""
    if certificate and key and authority:
        return MutualTls(certificate, key, authority)
    if certificate or key or authority:
        raise ValueError("AOS_TLS_CERT, AOS_TLS_KEY and AOS_TLS_CA belong together: set all three, or none")
    return None
