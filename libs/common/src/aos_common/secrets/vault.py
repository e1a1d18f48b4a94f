"""OpenBao or HashiCorp Vault over HTTP: transit keys (which wrap), and secrets of the KV engine, version 2.

Both answer alike; see openbao.org/api-docs/secret/transit and /kv/kv-v2. The token is read from its file at every call:
an agent renews it there.
"""

import asyncio
import base64
import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from aos_common.errors import DependencyUnavailable
from aos_common.secrets.keys import Wrapped, unreadable

__all__ = ["TransitKeys", "Vault"]

SECONDS = 5.0


@dataclass
class Vault:
    """One server: its URL, the file with the token, and the file with the authority that signed its certificate."""

    address: str
    token_file: Path
    ca_file: Path | None = None
    namespace: str = ""
    _client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    @classmethod
    def from_url(cls, url: str) -> "tuple[Vault, str]":
        """Read `vault+https://host:port/path?token_file=…&ca=…&namespace=…`; return the server and the path.

        Unencrypted `vault+http` is for loopback alone. Raises ValueError.
        """
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.scheme == "vault+http" and not _is_loopback(parts.hostname or ""):
            raise ValueError("vault+http sends the token unencrypted: use vault+https")
        if not parts.hostname or "token_file" not in query or parts.username:
            raise ValueError("a vault URL looks like vault+https://host:8200/path?token_file=/run/secrets/token")
        scheme = parts.scheme.removeprefix("vault+")
        ca = Path(query["ca"]) if "ca" in query else None
        vault = cls(f"{scheme}://{parts.netloc}", Path(query["token_file"]), ca, query.get("namespace", ""))
        return vault, unquote(parts.path).strip("/")

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Return status and `data` of the answer; raises `DependencyUnavailable` when there is none."""
        try:
            token = await asyncio.to_thread(self.token_file.read_text)
            headers = {"X-Vault-Token": token.strip()}
            if self.namespace:
                headers["X-Vault-Namespace"] = self.namespace
            answer = await self._connected().request(method, f"/v1/{path}", json=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            raise _away(type(error).__name__) from None
        if answer.status_code == 403 or answer.status_code >= 500:
            raise _away(str(answer.status_code))
        try:
            said = answer.json()
        except ValueError:
            said = {}
        return answer.status_code, (said.get("data") if isinstance(said, dict) else None) or {}

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            trusted = ssl.create_default_context(cafile=self.ca_file)
            self._client = httpx.AsyncClient(base_url=self.address, verify=trusted, timeout=SECONDS, trust_env=False)
        return self._client

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()


class TransitKeys:
    """A transit key: the server wraps with its newest version and never gives the key away."""

    def __init__(self, vault: Vault, mount: str, name: str) -> None:
        self._vault, self._mount, self._key = vault, mount, name
        self._prefix = f"vault:{mount}/{name}:"

    @classmethod
    def from_url(cls, url: str) -> "TransitKeys":
        """Read `vault+https://host:port/<mount>/keys/<name>?…`; raises ValueError."""
        vault, path = Vault.from_url(url)
        mount, _, name = path.rpartition("/keys/")
        if not mount or not name or "/" in name:
            raise ValueError("a transit key looks like vault+https://host:8200/transit/keys/NAME?token_file=…")
        return cls(vault, mount, name)

    def knows(self, key_id: str) -> bool:
        """Whether it is a version of this key."""
        return key_id.startswith(self._prefix)

    async def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        """Encrypt with the newest version."""
        return self._wrapped(await self._do("encrypt", bound_to, plaintext=base64.b64encode(key).decode()))

    async def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Decrypt with the version that wrapped it."""
        if not self.knows(wrapped.key_id):
            raise unreadable()
        answer = await self._do("decrypt", bound_to, ciphertext=self._ciphertext(wrapped))
        return base64.b64decode(answer.get("plaintext", ""))

    async def rewrap(self, wrapped: Wrapped, bound_to: bytes) -> Wrapped | None:
        """Wrap it with the newest version; not by the server's own `rewrap`, which knows no associated data."""
        again = await self.wrap(await self.unwrap(wrapped, bound_to), bound_to)
        return None if again.key_id == wrapped.key_id else again

    async def close(self) -> None:
        """Close the connection."""
        await self._vault.close()

    async def _do(self, action: str, bound_to: bytes, **body: str) -> dict[str, Any]:
        bound = base64.b64encode(bound_to).decode()
        status, answer = await self._vault.call(
            "POST", f"{self._mount}/{action}/{self._key}", {**body, "associated_data": bound}
        )
        if status == 400 and action != "encrypt":
            raise unreadable()
        if status != 200:
            raise _away(str(status))
        return answer

    def _wrapped(self, answer: dict[str, Any]) -> Wrapped:
        """Take `vault:v3:<base64>` apart: the version goes into the key's id."""
        _, version, data = str(answer["ciphertext"]).split(":", 2)
        return Wrapped(f"{self._prefix}{version}", base64.b64decode(data))

    def _ciphertext(self, wrapped: Wrapped) -> str:
        return f"vault:{wrapped.key_id.rpartition(':')[2]}:{base64.b64encode(wrapped.data).decode()}"


def _away(why: str) -> DependencyUnavailable:
    return DependencyUnavailable(
        f"The vault gave no answer ({why}).", hint="Try again in a moment; the operator sees why in the vault's log."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
