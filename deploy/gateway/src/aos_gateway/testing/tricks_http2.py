"""HTTP/2 requests that cannot be meant in good faith, as header lists that no honest client would send."""

from collections.abc import Iterator
from dataclasses import dataclass

from aos_gateway.testing.tricks import LOGIN, TARGETS, request, spellings

__all__ = ["Frames", "frames"]

Header = tuple[bytes, bytes]
_DOOR = TARGETS[0].encode()
_PSEUDO = (b":method", b":scheme", b":authority", b":path")
_ODD: tuple[Header, ...] = (
    *((b":protocol", b"websocket"), (b":status", b"200"), (b":evil", b"x"), (b":", b"x"), (b"", b"x"), (b"a:b", b"x")),
    *(
        (b"Authorization", b"Bearer x.y.z"),
        (b"connection", b"close"),
        (b"transfer-encoding", b"chunked"),
        (b"upgrade", b"h2c"),
    ),
    *(
        (b"keep-alive", b"1"),
        (b"proxy-connection", b"x"),
        (b"te", b"gzip"),
        (b"http2-settings", b"x"),
        (b"x_tenant_id", b"a"),
    ),
    *(
        (b"x", b"a\r\nauthorization: Bearer x.y.z"),
        (b"x", b"a\x00b"),
        (b"x\r\ny", b"a"),
        (b"x ", b"a"),
        (b" x", b"a"),
        (b"x", b"a\nb"),
    ),
    *(
        (b"content-length", b"7"),
        (b"content-length", b"-1"),
        (b"content-length", b"0"),
        (b"x-tenant-id", b"a"),
        (b"x-roles", b"owner"),
    ),
    *(
        (b"x-envoy-original-path", b"/health"),
        (b"x-original-url", b"/health"),
        (b"authorization", b""),
        (b"cookie", b"token=x"),
    ),
)


@dataclass(frozen=True)
class Frames:
    """Header list and body of one request."""

    name: str
    headers: tuple[Header, ...]
    body: bytes | None = None


def frames() -> Iterator[Frames]:
    """Every spelling of every path, then what the protocol forbids."""
    for target in TARGETS:
        method = b"POST" if "Service" in target else b"GET"
        yield from (Frames(f"path {path!r}", _request(method, path=path)) for path in spellings(target))
    yield from _pseudo_headers()
    for extra in _ODD:
        yield Frames(f"header {extra!r}", (*_request(), extra))
        yield Frames(f"header first {extra!r}", (extra, *_request()))
    for method in (b"CONNECT", b"connect", b"GET POST", b"", b"PRI", b"TRACE", b"G\x00T", b"OPTIONS", b"get", b"HEAD"):
        yield Frames(f"method {method!r}", _request(method))
    yield Frames("CONNECT to a service", ((b":method", b"CONNECT"), (b":authority", b"127.0.0.1:80")))
    socket = (*_request(b"CONNECT", path=b"/api/v1/test/7/socket"), (b":protocol", b"websocket"))
    yield Frames("WebSocket", socket)
    for size in (b"0", b"1", b"99999", b"18446744073709551616", b"5, 5", b""):
        headers = (*_request(b"POST", path=LOGIN), (b"content-length", size))
        yield Frames(f"body of another length than {size!r}", headers, request(_DOOR))


def _request(
    method: bytes = b"GET", scheme: bytes = b"http", authority: bytes = b"g", path: bytes = _DOOR
) -> tuple[Header, ...]:
    return tuple(zip(_PSEUDO, (method, scheme, authority, path), strict=True))


def _pseudo_headers() -> Iterator[Frames]:
    """Twice, missing, behind others, or with values of another kind."""
    public = _request(path=b"/health")
    for extra in (
        (b":path", _DOOR),
        (b":method", b"POST"),
        (b":authority", b"identity"),
        (b":scheme", b"https"),
        (b"host", b"identity"),
    ):
        yield Frames(f"twice {extra!r}", (*public, extra))
        yield Frames(f"twice, first {extra!r}", (extra, *public))
    for missing in _PSEUDO:
        yield Frames(f"without {missing!r}", tuple(header for header in _request() if header[0] != missing))
        yield Frames(
            f"{missing!r} behind others", tuple(sorted((*_request(), (b"x", b"y")), key=lambda one: one[0] == missing))
        )
    for authority in (b"identity", b"g@identity", b"g/health", b"", b"[::1]", b"g:99999", b"g\x00", b"g, identity"):
        yield Frames(f"authority {authority!r}", _request(authority=authority))
    for scheme in (b"https", b"file", b"", b"http://g/health?", b"HTTP"):
        yield Frames(f"scheme {scheme!r}", _request(scheme=scheme))
