"""Key-encryption keys: where they come from, and how they wrap the data key of a secret."""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aos_common.errors import DomainError, Kind

__all__ = ["KeyRing", "KeyWrapper", "LocalKeys", "SecretUnreadable", "Wrapped", "keys_from", "unreadable"]

NONCE = 12


class SecretUnreadable(DomainError):
    """A stored secret does not decrypt: another key, another owner, or a damaged row."""

    reason = "SECRET_UNREADABLE"
    kind = Kind.INTERNAL


def unreadable() -> SecretUnreadable:
    """The refusal; it tells nobody which of the possible causes it was."""
    return SecretUnreadable(
        "A stored secret cannot be decrypted.", hint="Enter the credentials again, or restore the key file."
    )


@dataclass(frozen=True)
class Wrapped:
    """A data key encrypted by the key `key_id`; an empty id means that the key is not known by name."""

    key_id: str
    data: bytes


class KeyWrapper(Protocol):
    """Wraps data keys with a key that never leaves its keeper."""

    def knows(self, key_id: str) -> bool:
        """Whether a data key wrapped by this key can be asked for here."""

    async def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        """Encrypt with the newest key."""

    async def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Decrypt; raises `SecretUnreadable`, and `DependencyUnavailable` when the keeper does not answer."""

    async def rewrap(self, wrapped: Wrapped, bound_to: bytes) -> Wrapped | None:
        """Return the same data key under the newest key, or None when it is there already."""

    async def close(self) -> None:
        """Let go of connections."""


class LocalKeys:
    """Keys of 32 bytes held by this process: the last wraps, all unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("AOS_CREDENTIAL_KEY must name keys of 32 bytes in base64, one a line")
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[-1])

    @classmethod
    def from_text(cls, text: str) -> "LocalKeys":
        """Read base64 keys between white space, oldest first."""
        try:
            return cls([base64.b64decode(one, validate=True) for one in text.split()])
        except binascii.Error:
            raise ValueError("AOS_CREDENTIAL_KEY must name keys of 32 bytes in base64, one a line") from None

    def knows(self, key_id: str) -> bool:
        """Whether the key is here; one without a name might be any."""
        return not key_id or key_id in self._keys

    async def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        """Encrypt with the newest key."""
        nonce = os.urandom(NONCE)
        return Wrapped(self._newest, nonce + self._keys[self._newest].encrypt(nonce, key, bound_to))

    async def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Decrypt with the key it names, or with whichever fits when it names none."""
        candidates = [self._keys[wrapped.key_id]] if wrapped.key_id in self._keys else []
        for aead in candidates if wrapped.key_id else self._keys.values():
            try:
                return aead.decrypt(wrapped.data[:NONCE], wrapped.data[NONCE:], bound_to)
            except (InvalidTag, ValueError):
                continue
        raise unreadable()

    async def rewrap(self, wrapped: Wrapped, bound_to: bytes) -> Wrapped | None:
        """Wrap again unless the newest key did."""
        if wrapped.key_id == self._newest:
            return None
        return await self.wrap(await self.unwrap(wrapped, bound_to), bound_to)

    async def close(self) -> None:
        """Nothing is open."""


class KeyRing:
    """Several keepers of keys: the first wraps, each unwraps what it knows; for moving from one to another."""

    def __init__(self, keepers: Sequence[KeyWrapper]) -> None:
        self._keepers = list(keepers)

    def knows(self, key_id: str) -> bool:
        """Whether one of them does."""
        return any(keeper.knows(key_id) for keeper in self._keepers)

    async def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        """Encrypt with the first keeper's newest key."""
        return await self._keepers[0].wrap(key, bound_to)

    async def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Decrypt with a keeper that knows the key."""
        for keeper in self._keepers:
            if keeper.knows(wrapped.key_id):
                try:
                    return await keeper.unwrap(wrapped, bound_to)
                except SecretUnreadable:
                    if wrapped.key_id:
                        raise
        raise unreadable()

    async def rewrap(self, wrapped: Wrapped, bound_to: bytes) -> Wrapped | None:
        """Hand the data key to the first keeper's newest key."""
        first = self._keepers[0]
        if wrapped.key_id and first.knows(wrapped.key_id):
            return await first.rewrap(wrapped, bound_to)
        return await first.wrap(await self.unwrap(wrapped, bound_to), bound_to)

    async def close(self) -> None:
        """Close each."""
        for keeper in self._keepers:
            await keeper.close()


def keys_from(setting: str) -> KeyWrapper:
    """Return the keys that a setting names: one source, or several by comma of which the first wraps.

    `file:///run/secrets/key` and `env:NAME` hold base64 keys of 32 bytes, oldest first, one a line;
    `vault+https://host:8200/transit/keys/NAME?token_file=/run/secrets/token` is a transit key of OpenBao or Vault.
    Raises ValueError.
    """
    sources = [source.strip() for source in setting.split(",") if source.strip()]
    if not sources:
        raise ValueError(
            "AOS_CREDENTIAL_KEY names no key; credentials are kept encrypted, e.g. file:///run/secrets/key"
        )
    keepers = [_keeper(source) for source in sources]
    return keepers[0] if len(keepers) == 1 else KeyRing(keepers)


def _keeper(source: str) -> KeyWrapper:
    from aos_common.secrets.vault import TransitKeys  # noqa: PLC0415  it builds on this module

    scheme, _, rest = source.partition(":")
    if scheme == "file":
        return LocalKeys.from_text(Path(unquote(urlsplit(source).path)).read_text())
    if scheme == "env":
        return LocalKeys.from_text(os.environ.get(rest, ""))
    if scheme in ("vault+https", "vault+http"):
        return TransitKeys.from_url(source)
    raise ValueError("AOS_CREDENTIAL_KEY must begin with file://, env: or vault+https://")


def _name(key: bytes) -> str:
    return f"key:{hashlib.sha256(b'autonomos credential key' + key).hexdigest()[:16]}"
