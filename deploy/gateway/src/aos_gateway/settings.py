"""What an operator chooses about the gateway."""

import ipaddress
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
class GatewaySettings:
    """Everything the configuration depends on besides the route table.

    `http` and `grpc` hold each service's upstream address. `admin` is a Unix socket path (mode 0600), a loopback
    address, or None for no admin interface. `cors_origins` are exact origins such as `https://console.example.com`.
    Tokens that stay valid for more than `max_token_seconds` from now are refused: identity issues none.
    `max_connections` bounds clients of the whole gateway, `max_heap` is in bytes.
    """

    listen: Address
    http: Mapping[str, Address]
    grpc: Mapping[str, Address]
    jwks_url: str
    issuer: str
    audience: str = "autonomos"
    admin: Address | Path | None = None
    cors_origins: tuple[str, ...] = field(default=())
    max_token_seconds: int = 900
    max_connections: int = 10_000
    max_heap: int = 512 * 1024 * 1024

    def __post_init__(self) -> None:
        if isinstance(self.admin, Address) and not self._loopback(self.admin):
            raise SettingsRefused(f"the admin interface has no password: {self.admin.host} is not a loopback address")
        if urlsplit(self.jwks_url).scheme not in {"http", "https"}:
            raise SettingsRefused(f"the key set's URL '{self.jwks_url}' is neither http nor https")
        if "*" in self.cors_origins:
            raise SettingsRefused("name the origins that may call; '*' would let every web site in")

    @staticmethod
    def _loopback(address: Address) -> bool:
        return address.is_ip and ipaddress.ip_address(address.host).is_loopback

    @property
    def jwks(self) -> Address:
        """Where the key set is fetched."""
        parts = urlsplit(self.jwks_url)
        return Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
