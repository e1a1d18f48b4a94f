"""Raw HTTP/1.1 requests that try to reach a handler in a way the gateway does not see: spellings, headers, lengths."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["LOGIN", "TARGETS", "Raw", "headers", "lengths", "paths", "request", "spellings"]

TARGETS = (
    "/api/v1/aod/findings",
    "/api/v1/aam/connections/7",
    "/api/v1/auth/me",
    "/oauth2/token",
    "/autonomos.dcl.v1.ViewService/QueryView",
    "/health/ready",
)
LOGIN = b"/api/v1/auth/login"
_PUBLIC = (
    *("/health", LOGIN.decode(), "/.well-known/jwks.json", "/api/v1/dcl/docs", "/api/v1/dcl/openapi.json"),
    *("/home", "/assets/index.js"),  # the console's
)
# Entries are parted by ¦ or line ends, since they hold any other character themselves.
_SLASHES = r"""
%2F¦%2f¦%5c¦\¦%252f¦//¦/./¦/%2e/¦/;/¦/x/../¦/x/%2e%2e/¦/x/..;/¦%c0%af¦/%00/¦/%0d%0a/¦∕¦／
"""
_BEFORE = r"""
//¦///¦/./¦/x/..¦/../..¦/%2e%2e¦/.;¦/;x=y¦\¦/\¦/%00¦/%20¦/%09
"""
_BEHIND = """
/¦//¦/.¦/..¦%00¦%20¦%09¦%0d%0a¦;a=b¦.json¦..;¦/..;/¦%3f¦%23¦?¦?x=/health¦#¦#/health¦&¦=¦%ff¦\x7f
"""
_LINES = """
GET  {0} HTTP/1.1¦GET\t{0} HTTP/1.1¦GET {0} HTTP/1.1 ¦ GET {0} HTTP/1.1¦GET {0}¦GET {0} HTTP/0.9¦GET {0} HTTP/1.0
GET {0} HTTP/2.0¦GET {0} HTTP/9.9¦GET {0} HTTP/1.1\r¦\r\vGET {0} HTTP/1.1¦get {0} HTTP/1.1¦X {0} HTTP/1.1
CONNECT {0} HTTP/1.1¦TRACE {0} HTTP/1.1¦TRACK {0} HTTP/1.1¦OPTIONS {0} HTTP/1.1¦HEAD {0} HTTP/1.1¦G\0ET {0} HTTP/1.1
GET /health\0{0} HTTP/1.1¦GET /health {0} HTTP/1.1¦GET /health HTTP/1.1 {0} HTTP/1.1¦GET\v{0} HTTP/1.1
GET\f{0}\fHTTP/1.1¦PRI * HTTP/2.0
"""
_PATH_HEADERS = """
x-original-url¦x-rewrite-url¦x-envoy-original-path¦x-forwarded-path¦x-forwarded-prefix¦x-forwarded-uri¦:path¦path
location¦destination¦x-http-destinationurl¦x-envoy-decorator-operation¦x-envoy-original-method¦x-forwarded-method
"""
_IDENTITY_HEADERS = """
x-tenant-id¦X-Tenant-ID¦X-TENANT-ID¦x_tenant_id¦x-sub¦x-roles¦x-user-id¦x-forwarded-user¦x-remote-user¦remote-user
x-envoy-internal¦x-forwarded-client-cert¦x-jwt-payload¦x-authenticated¦x-auth-request-user¦x-envoy-retry-on¦x-real-ip
x-envoy-expected-rq-timeout-ms¦x-envoy-force-trace¦x-envoy-external-address¦x-forwarded-for¦x-forwarded-host
"""
_ODD_HEADERS = """
authorization:\r\v Bearer x.y.z¦authorization: Bearer\r\v\tx.y.z¦authorization : Bearer x.y.z¦authorization
 authorization: Bearer x.y.z¦authorization\0: Bearer x.y.z¦: Bearer x.y.z¦\xff: y¦a b: c¦a(b): c¦x: a\0b¦x: a\rb
x: a\rauthorization: Bearer x.y.z¦content-type: application/grpc¦content-type: application/grpc-web
content-type: a/b, c/d¦expect: 100-continue¦te: trailers¦upgrade: h2c¦upgrade: websocket¦upgrade: WebSocket, h2c
connection: authorization¦connection: host¦connection: x-request-id, close¦connection: content-length
proxy-connection: keep-alive¦upgrade: TLS/1.0¦upgrade: connect-udp¦http2-settings: AAMAAABkAAQAAP__
"""
_ENCODINGS = """
chunked¦Chunked¦chunked, chunked¦identity¦identity, chunked¦chunked, identity¦xchunked¦chunked;q=1¦\vchunked
"chunked"¦chunked\0¦gzip¦gzip, chunked¦  chunked  ¦chunked,¦,chunked¦chunked\tx¦x chunked
"""
_ENCODING_NAMES = """
Transfer-Encoding ¦transfer_encoding¦transfer-encoding\t¦ transfer-encoding¦x: y\rtransfer-encoding¦transfer-encoding\0
"""
_CHUNK_SIZES = """
0;x=yyyyyyyyyy¦0x0¦-0¦00000000000000000¦0\v¦g¦ffffffffffffffff1¦ 0¦0 ¦+0¦0,0¦\t0¦0;\0
"""


@dataclass(frozen=True)
class Raw:
    """Bytes for an HTTP/1.1 connection."""

    name: str
    sent: bytes


def spellings(target: str) -> Iterator[bytes]:
    """The target in every spelling that some parser somewhere takes for it."""
    parent, last = target.rsplit("/", 1)
    letters = f"/%{ord(target[1]):02x}{target[2:]}"
    whole = (letters, letters.upper(), target.upper(), target.title(), quote(letters), target.replace("/", "%2f"))
    yield from (text.encode() for text in (*whole, f"/{quote(target[1:], safe='')}", f"/%2f{target[1:]}", target[1:]))
    yield from (f"{parent}{slash}{last}".encode() for slash in _text(_SLASHES))
    yield from (f"{before}{target}".encode() for before in _text(_BEFORE))
    yield from (f"{target}{behind}".encode() for behind in _text(_BEHIND))
    for public in _PUBLIC:
        ups = "/.." * public.count("/")
        for between in (ups, "/..;", "%2f..", "?", "", ups.replace(".", "%2e"), ups.replace("/", "\\")):
            yield f"{public}{between}{target}".encode()
    yield from (
        f"{scheme}127.0.0.1{target}".encode() for scheme in ("http://", "https://", "http://health@", "//", "ftp://")
    )
    yield from (f"{target}\xe9".encode("latin-1"), f"/\xff/..{target}".encode("latin-1"), f"{target}\t".encode(), b"*")


def request(target: bytes, *lines: bytes, method: bytes = b"GET", body: bytes = b"", host: bytes = b"host: g") -> bytes:
    """One request with `connection: close`."""
    head = [method + b" " + target + b" HTTP/1.1", *([host] if host else []), b"connection: close", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def paths() -> Iterator[Raw]:
    """Every spelling of every target, and request lines that are none."""
    for target in TARGETS:
        method = b"POST" if "Service" in target else b"GET"
        yield from (Raw(f"path {spelled!r}", request(spelled, method=method)) for spelled in spellings(target))
    for line in _several(_LINES):
        sent = line.replace(b"{0}", TARGETS[0].encode())
        yield Raw(f"line {line!r}", sent + b"\r\nhost: g\r\nconnection: close\r\n\r\n")


def headers() -> Iterator[Raw]:
    """Headers that other servers take for a path, a method, an identity, or the end of the headers."""
    door = TARGETS[0].encode()
    for name in _several(_PATH_HEADERS):
        yield Raw(f"path in {name!r}", request(b"/health", name + b": " + door))
        yield Raw(
            f"path in {name!r} of a POST", request(LOGIN, name + b": " + door, b"content-length: 0", method=b"POST")
        )
    for name in (b"x-http-method-override", b"x-http-method", b"x-method-override"):
        yield Raw(f"method in {name!r}", request(door, name + b": OPTIONS", b"origin: https://console.example.com"))
    for name in _several(_IDENTITY_HEADERS):
        for value in (b"0190a0a0-0000-7000-8000-0000000000bb", b"service", b"127.0.0.1"):
            yield Raw(f"{name!r} {value!r}", request(door, name + b": " + value))
    for host in (
        b"identity",
        b"127.0.0.1:1",
        b"g, identity",
        b"g\r\nhost: identity",
        b"/health",
        b"g@identity",
        b"",
        b"[::1]",
    ):
        yield Raw(f"host {host!r}", request(door, host=b"host: " + host))
    yield Raw("no host", request(door, host=b""))
    yield from (Raw(f"header {line!r}", request(door, line)) for line in _several(_ODD_HEADERS))


def lengths() -> Iterator[Raw]:
    """Two opinions about where a public request's body ends: a second request, without a token, hides behind it."""
    for inner in (request(target.encode()) for target in TARGETS[:2]):
        chunked = b"0\r\n\r\n" + inner
        length = b"content-length: %d" % len(chunked)
        for encoding in _several(_ENCODINGS):
            line = b"transfer-encoding: " + encoding
            yield Raw(f"both lengths, {encoding!r}", request(LOGIN, line, length, method=b"POST", body=chunked))
            yield Raw(f"both, turned round, {encoding!r}", request(LOGIN, length, line, method=b"POST", body=chunked))
            yield Raw(f"only {encoding!r}", request(LOGIN, line, method=b"POST", body=chunked))
            yield Raw(f"on GET {encoding!r}", request(b"/health", line, body=chunked))
        for name in _several(_ENCODING_NAMES):
            yield Raw(
                f"name {name!r}",
                request(LOGIN, name + b": chunked", b"content-length: 5", method=b"POST", body=chunked),
            )
        full = b"%d" % len(inner)
        for sizes in (
            (b"0", full),
            (full, b"0"),
            (b"0, 0",),
            (b"+0",),
            (b"-1",),
            (b"0x0",),
            (b"0 ",),
            (b"00",),
            (b"",),
        ):
            lines = tuple(b"content-length: " + size for size in sizes)
            yield Raw(f"content-length {sizes!r}", request(LOGIN, *lines, method=b"POST", body=inner))
        for size in _several(_CHUNK_SIZES):
            body = size + b"\r\n\r\n" + inner
            yield Raw(f"chunk {size!r}", request(LOGIN, b"transfer-encoding: chunked", method=b"POST", body=body))
        trailer = b"0\r\nauthorization: Bearer x.y.z\r\n:path: /x\r\n\r\n" + inner
        yield Raw("trailers", request(LOGIN, b"transfer-encoding: chunked", method=b"POST", body=trailer))
        yield Raw("behind a public one", request(b"/health").replace(b"connection: close\r\n", b"") + inner)


def _text(table: str) -> list[str]:
    return [entry.decode() for entry in _several(table)]


def _several(table: str) -> list[bytes]:
    """The entries of a table; `\r\v` in it is a line end on the wire."""
    entries = (entry for line in table.strip("\n").split("\n") for entry in line.split("¦"))
    return [entry.replace("\r\v", "\r\n").encode() for entry in entries]
