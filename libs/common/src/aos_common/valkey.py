"""The connection to Valkey or Redis: one place that knows its URL, its TLS and its time limits.

`redis://user:password@host:6379/0`, or `rediss://…?ssl_ca_certs=/run/ca.pem` with TLS. The certificate is always
checked in full, chain and host name; without `ssl_ca_certs` the system's authorities are trusted. Each service has a
user of its own (`python -m aos_local.valkey_users` prints the ACL file), which may write its own keys alone.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from redis.asyncio import Redis

__all__ = ["connect"]

ALLOWED = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "protocol", "client_name", "db"})
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
"""Longer than any blocking read asks for."""


def connect(url: str) -> Redis:
    """Return a client that connects when used; raises ValueError for a URL that would weaken the connection."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss"):
        raise ValueError("AOS_REDIS_URL must begin with redis:// or rediss://")
    unknown = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - ALLOWED)
    if unknown:
        allowed = ", ".join(sorted(ALLOWED))
        raise ValueError(f"AOS_REDIS_URL: {', '.join(unknown)} cannot be set; it may carry {allowed}")
    checked: dict[str, Any] = {}
    if parts.scheme == "rediss":
        checked = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    client: Redis = Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, health_check_interval=30, **checked
    )
    return client
