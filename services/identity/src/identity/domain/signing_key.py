"""Signing keys and their overlap: published before they sign, and published while what they signed still lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PUBLISH_BEFORE = timedelta(seconds=6)
"""A key is published this long before it signs: gateway and services read the key set every 3 seconds."""
OVERLAP = timedelta(minutes=20)
"""A replaced key stays published this long: more than the longest token it signed lives."""


@dataclass(frozen=True)
class SigningKey:
    """One key: its public JWK, and the private key sealed. `kid` is its RFC 7638 thumbprint."""

    kid: str
    public: Mapping[str, str]
    sealed: bytes
    created_at: datetime
    signs_from: datetime
    withdrawn_at: datetime | None = None


def published(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """Return the keys whose tokens verify, newest first: not withdrawn, and replaced only a short time ago."""
    alive = sorted((key for key in keys if key.withdrawn_at is None), key=lambda key: key.signs_from, reverse=True)
    kept: list[SigningKey] = []
    for key in alive:
        # `alive` is newest first: the key kept before this one replaced it when it began to sign.
        replaced = kept[-1].signs_from if kept else None
        if replaced is None or now < replaced + OVERLAP:
            kept.append(key)
    return kept


def signing(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """Return the key that signs now: the newest whose time has come."""
    return next((key for key in published(keys, now) if key.signs_from <= now), None)
