"""What an operator chooses about the gateway."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class SettingsRefused(ValueError):
    """A setting cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Address:
    """A TCP address; `host` is an IP or a DNS name."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `host:port`; raises SettingsRefused."""
        host, separator, port = text.rpartition(":")
        if not (host and separator and port.isdigit() and 0 < int(port) < 65536):
            raise SettingsRefused(f"'{text}' is not host:port")
        return cls(host.strip("[]"), int(port))

    @property
    def is_ip(self) -> bool:
        """True when no name has to be looked up."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


@dataclass(frozen=True)
class Rate:
    """Requests per second, and how many may come at once after a pause."""

    per_second: int
    burst: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `PER_SECOND/BURST`, or `PER_SECOND` for a burst of twice that; raises SettingsRefused."""
        found = re.fullmatch(r"(\d{1,9})(?:/(\d{1,9}))?", text)
        rate = cls(int(found[1]), int(found[2] or 2 * int(found[1]))) if found else cls(0, 0)
        if not 0 < rate.per_second <= rate.burst:
            raise SettingsRefused(f"'{text}' is not PER_SECOND/BURST with a burst no smaller than a second's")
        return rate


@dataclass(frozen=True)
class RateLimits:
    """How much one tenant, or one address where no tenant is known yet, may ask of **one** gateway process.

    Every gateway counts for itself: with N replicas a tenant may reach N times as much. `tenant` counts all requests
    with a token, `writes` and `questions` those that change something and those posted as a question; `sign_in` counts
    by client address (IPv6: by /64) what anybody may post; by `tenant` count there renewed and ended sessions, and what
    anybody may read.
    `tracked` bounds memory: so many tenants (addresses) are counted, those quiet for longest are forgotten first.
    """

    tenant: Rate = Rate(200, 400)
    writes: Rate = Rate(50, 100)
    questions: Rate = Rate(50, 100)
    sign_in: Rate = Rate(5, 20)
    tracked: int = 20_000

    def __post_init__(self) -> None:
        if self.tracked < 1:
            raise SettingsRefused(f"{self.tracked} tenants told apart would leave all without a limit of their own")


@dataclass(frozen=True)
class ServerTls:
    """The certificate (with its chain) and key, both PEM, that clients see; files on the gateway's machine."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class InsideTls:
    """Mutual TLS to the services: the gateway's certificate and key, and the authority that signed the services'.

    A service's certificate must name the host under which the gateway reaches it.
    """

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class GatewaySettings:
    """Everything the configuration depends on besides the route table.

    `http` and `grpc` hold each service's upstream address; with `console` in `http`, its pages are served at `/`.
    `admin` is a Unix socket path (mode 0600), a loopback address, or None for no admin interface. `cors_origins` are
    exact origins such as `https://console.example.com`; they and `own_origins` (under which browsers reach the gateway
    itself) may open WebSockets.
    Tokens that stay valid for more than `max_token_seconds` from now are refused: identity issues none. It is also how
    long a token whose key was withdrawn may still pass the gateway, which remembers tokens it has verified; a client
    is refused within seconds all the same, because each service verifies again with a key set at most 3 s old.
    `stream_seconds` bounds a live answer by the life of the token that opened it. `trusted_proxies` says how many
    proxies in front append to X-Forwarded-For, so that addresses are the clients'.
    `otlp_endpoint` is an OTLP/HTTP receiver of spans (`http://host:port/v1/traces`), empty for none; `trace_sample` the
    share of requests that begin a recorded trace.
    `max_connections` bounds clients of the whole gateway, `max_heap` is in bytes.
    """

    listen: Address
    http: Mapping[str, Address]
    grpc: Mapping[str, Address]
    jwks_url: str
    issuer: str
    audience: str = "autonomos"
    admin: Address | Path | None = None
    cors_origins: tuple[str, ...] = ()
    otlp_endpoint: str = ""
    trace_sample: float = 0.1
    own_origins: tuple[str, ...] = ()
    rates: RateLimits = field(default_factory=RateLimits)
    tls: ServerTls | None = None
    inside: InsideTls | None = None
    trusted_proxies: int = 0
    max_token_seconds: int = 900
    stream_seconds: int = 600
    max_connections: int = 10_000
    max_heap: int = 512 * 1024 * 1024

    def __post_init__(self) -> None:
        if not 0 <= self.trace_sample <= 1:
            raise SettingsRefused(f"{self.trace_sample} is no share of traces: from 0 to 1")
        if isinstance(self.admin, Address) and not self._loopback(self.admin):
            raise SettingsRefused(f"the admin interface has no password: {self.admin.host} is not a loopback address")
        if urlsplit(self.jwks_url).scheme not in {"http", "https"}:
            raise SettingsRefused(f"the key set's URL '{self.jwks_url}' is neither http nor https")
        if "*" in (*self.cors_origins, *self.own_origins):
            raise SettingsRefused("name the origins that may call; '*' would let every web site in")

    @staticmethod
    def _loopback(address: Address) -> bool:
        return address.is_ip and ipaddress.ip_address(address.host).is_loopback

    @property
    def jwks(self) -> Address:
        """Where the key set is fetched."""
        parts = urlsplit(self.jwks_url)
        return Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
