"""Keyset paging: opaque tokens that hold the last row's sort key."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from aos_common.errors import InvalidRequest

__all__ = ["decode_token", "encode_token", "page_size"]


def page_size(asked: int, *, default: int = 50, maximum: int = 200) -> int:
    """Return the rows of a page: `default` for 0; raise `InvalidRequest` outside 0..maximum."""
    if not 0 <= asked <= maximum:
        raise InvalidRequest(f"page_size must be between 0 and {maximum}, not {asked}.")
    return asked or default


def encode_token(values: Sequence[str | int | None]) -> str:
    """Return the token that continues after `values`."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def decode_token(token: str, length: int) -> list[Any] | None:
    """Return the values in a token, None for an empty one; raise `InvalidRequest` for anything else."""
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise InvalidRequest("The page token is not one this API gave out.", hint="Start again without page_token.")
    return values
