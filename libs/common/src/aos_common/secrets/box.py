"""The envelope: each secret has a data key of its own, and that key is wrapped by a key-encryption key.

Layout of format 2, numbers big-endian:

    02 | version u32 | length u8, id of the wrapping key | length u16, wrapped data key | nonce 12 | AES-256-GCM of it

Both layers authenticate `bound_to|version`, so that a sealed value moved to another row or tenant does not open.
Format 1 was the secret encrypted with the key itself, bound to `bound_to`; it opens still, and rewrapping makes it
format 2.
"""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aos_common.secrets.keys import KeyWrapper, SecretUnreadable, Wrapped, keys_from, unreadable

__all__ = ["SecretBox"]

DIRECT, ENVELOPE = 1, 2
NONCE = 12


class SecretBox:
    """Seals and opens secrets with the keys of a `KeyWrapper`."""

    def __init__(self, keys: KeyWrapper) -> None:
        self._keys = keys

    @classmethod
    def from_setting(cls, setting: str) -> "SecretBox":
        """Use the keys that `AOS_CREDENTIAL_KEY` names; see `keys_from`."""
        return cls(keys_from(setting))

    async def seal(self, plain: bytes, bound_to: str, version: int = 1) -> bytes:
        """Encrypt; `bound_to` (e.g. "tenant|connection") must be given again to open it."""
        key, bound = AESGCM.generate_key(256), _bound(bound_to, version)
        nonce = os.urandom(NONCE)
        body = nonce + AESGCM(key).encrypt(nonce, plain, bound)
        return _packed(version, await self._keys.wrap(key, bound), body)

    async def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt; raise `SecretUnreadable` when the key or the owner differs."""
        if sealed[:1] == bytes([DIRECT]):
            return await self._keys.unwrap(Wrapped("", sealed[1:]), bound_to.encode())
        version, wrapped, body = _unpacked(sealed)
        bound = _bound(bound_to, version)
        key = await self._keys.unwrap(wrapped, bound)
        try:
            return AESGCM(key).decrypt(body[:NONCE], body[NONCE:], bound)
        except (InvalidTag, ValueError):
            raise unreadable() from None

    async def rewrapped(self, sealed: bytes, bound_to: str) -> bytes | None:
        """Return the same secret under the newest key, or None when it is there already."""
        if sealed[:1] == bytes([DIRECT]):
            return await self.seal(await self.open(sealed, bound_to), bound_to)
        version, wrapped, body = _unpacked(sealed)
        again = await self._keys.rewrap(wrapped, _bound(bound_to, version))
        return _packed(version, again, body) if again else None

    async def close(self) -> None:
        """Close the connection to the key service, if there is one."""
        await self._keys.close()


def _bound(bound_to: str, version: int) -> bytes:
    return f"{bound_to}|{version}".encode()


def _packed(version: int, wrapped: Wrapped, body: bytes) -> bytes:
    name = wrapped.key_id.encode()
    head = struct.pack(">BIB", ENVELOPE, version, len(name)) + name
    return head + struct.pack(">H", len(wrapped.data)) + wrapped.data + body


def _unpacked(sealed: bytes) -> tuple[int, Wrapped, bytes]:
    try:
        form, version, length = struct.unpack_from(">BIB", sealed)
        name = sealed[6 : 6 + length].decode()
        (size,) = struct.unpack_from(">H", sealed, 6 + length)
    except (struct.error, UnicodeDecodeError):
        raise unreadable() from None
    if form != ENVELOPE:
        raise SecretUnreadable(f"A stored secret has the unknown format {form}.", hint="Update this service.")
    start = 8 + length
    return version, Wrapped(name, sealed[start : start + size]), sealed[start + size :]
