"""Where a request came from, as the gateway says it."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Request

from identity.domain.session import Origin

MAX_AGENT = 300


def _origin(request: Request) -> Origin:
    """Return the client's address and name; an address that is none is left out.

    The gateway writes `x-envoy-external-address` (its trusted view of the client) for clients from outside, and appends
    the peer it saw to `x-forwarded-for`: what stands before the last comma is the client's own story.
    """
    outside = request.headers.get("x-envoy-external-address", "")
    hop = request.headers.get("x-forwarded-for", "").rpartition(",")[2]
    peer = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    shown = "".join(character for character in agent if character.isprintable())[:MAX_AGENT]
    return Origin(next(filter(None, map(_address, (outside, hop, peer))), ""), shown)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


CurrentOrigin = Annotated[Origin, Depends(_origin)]
"""Route parameter: where the request came from."""
