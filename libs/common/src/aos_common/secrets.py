"""Secrets at rest: AES-256-GCM, bound to what they belong to so that they cannot be moved."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aos_common.errors import DomainError, Kind

__all__ = ["SecretBox", "SecretUnreadable"]


class SecretUnreadable(DomainError):
    """A stored secret does not decrypt: another key, another owner, or a damaged row."""

    reason = "SECRET_UNREADABLE"
    kind = Kind.INTERNAL


class SecretBox:
    """Encrypts with a 32-byte key; the first byte of a sealed value is its format version."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the key must have 32 bytes")
        self._aead = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> "SecretBox":
        """Read a base64 key from a file."""
        return cls(base64.b64decode(path.read_text().strip()))

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Encrypt; `bound_to` (e.g. "tenant|connection") must be given again to open it."""
        nonce = os.urandom(12)
        return b"\x01" + nonce + self._aead.encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt; raise `SecretUnreadable` when the key or the owner differs."""
        try:
            return self._aead.decrypt(sealed[1:13], sealed[13:], bound_to.encode())
        except InvalidTag:
            raise SecretUnreadable(
                "A stored secret cannot be decrypted.", hint="Enter the credentials again, or restore the key file."
            ) from None
