"""What the gateway lets in, made from the platform's one table of doors; whatever has no row there is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aos_access.doors import DOORS, SERVICES, Access, Door, Live

__all__ = [
    "CONSOLE",
    "CONSOLE_ROUTES",
    "DOCUMENTS",
    "HEALTH_PATH",
    "PAGES",
    "ROUTES",
    "SERVICES",
    "Live",
    "Protocol",
    "RateClass",
    "Route",
    "routes_of",
]

HEALTH_PATH = "/health"
_DOCUMENT_FILES = ("openapi.json", "docs", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css")
_PUBLIC_SECONDS, _REST_SECONDS, _RPC_SECONDS = 15, 30, 60
CONSOLE = "console"
"""The service of the web console's files: no door of the platform, and there only where it has an address."""
_CONSOLE_FILES = ("/", "/assets/{file=**}", "/favicon.svg", "/robots.txt", "/theme.js")
PAGES = (
    "home",
    "sign-in",
    "sign-up",
    "invitation",
    "reset",
    "discover",
    "connect",
    "ontology",
    "entities",
    "views",
    "agents",
    "ask",
    "flow",
    "admin",
    "guide",
    "help",
)
"""First segments of the console's own addresses; what is behind them, its script knows."""


class Protocol(StrEnum):
    """What the upstream speaks on the port the route leads to."""

    HTTP = "http"
    GRPC = "grpc"


class RateClass(StrEnum):
    """Which limit a route counts against, besides its tenant's whole."""

    READS = "reads"
    WRITES = "writes"
    QUESTIONS = "questions"  # POST that changes nothing
    SIGN_IN = "sign-in"  # anybody may try; counted by address
    SESSIONS = "sessions"  # so may they here, and a refresh token cannot be guessed; counted by address, with more room
    DOCUMENTS = "documents"  # anybody may read; counted by address


@dataclass(frozen=True)
class Route:
    """One method of one path, or one RPC, and the terms under which it is let in.

    `path` is exact or a template (`{name}`: one segment, `{name=**}`: one or more). `public` needs no token;
    `anonymous` does not even pass on who asks: neither a token nor a cookie.
    `timeout` is in seconds, for the whole answer (RPC and `live`: for silence); `max_body` in bytes.
    """

    name: str
    method: str
    path: str
    service: str
    protocol: Protocol
    rate: RateClass
    public: bool = False
    anonymous: bool = False
    live: Live = Live.NO
    timeout: int = _REST_SECONDS
    max_body: int = 0


def routes_of(doors: Iterable[Door]) -> tuple[Route, ...]:
    """One route a door that leads outside."""
    return tuple(_route(door) for door in doors if door.access is not Access.INSIDE)


def documents_of(doors: Iterable[Door]) -> tuple[Route, ...]:
    """What each service publishes about its own routes, beside the first of them: `/api/v1/<layer>/docs`."""
    own: dict[str, str] = {}
    for door in doors:
        if door.path.startswith("/api/v1/"):
            own.setdefault(door.service, _layer(door.path))
    layers = {layer: service for service, layer in own.items()}
    return tuple(
        Route(
            name=f"GET {layer}/{file}",
            method="GET",
            path=f"{layer}/{file}",
            service=service,
            protocol=Protocol.HTTP,
            rate=RateClass.DOCUMENTS,
            public=True,
            timeout=_PUBLIC_SECONDS,
            max_body=1024,
        )
        for layer, service in layers.items()
        for file in _DOCUMENT_FILES
    )


def _layer(path: str) -> str:
    return "/".join(path.split("/")[:4])


def _route(door: Door) -> Route:
    if door.rpc:
        path = f"/{door.rpc}"
        return Route(door.name, "POST", path, door.service, Protocol.GRPC, _rate(door), timeout=_RPC_SECONDS)
    public = door.access is Access.PUBLIC
    return Route(
        name=door.name,
        method=door.method,
        path=door.path,
        service=door.service,
        protocol=Protocol.HTTP,
        rate=_rate(door),
        public=public,
        live=door.live,
        timeout=_PUBLIC_SECONDS if public else _REST_SECONDS,
        max_body=door.max_body,
    )


def _rate(door: Door) -> RateClass:
    if door.access is Access.PUBLIC:
        return _public_rate(door)
    if door.writes:
        return RateClass.WRITES
    return RateClass.QUESTIONS if door.method == "POST" else RateClass.READS


def _public_rate(door: Door) -> RateClass:
    if door.path.startswith("/.well-known/"):
        return RateClass.DOCUMENTS
    # All people of a company may come from one address, and each open page renews its session every ten minutes.
    return RateClass.SESSIONS if door.path.endswith(("/refresh", "/logout")) else RateClass.SIGN_IN


def _console() -> tuple[Route, ...]:
    paths = [*_CONSOLE_FILES, *(path for page in PAGES for path in (f"/{page}", f"/{page}/{{page=**}}"))]
    return tuple(
        Route(
            name=f"{method} {path}",
            method=method,
            path=path,
            service=CONSOLE,
            protocol=Protocol.HTTP,
            rate=RateClass.DOCUMENTS,
            public=True,
            anonymous=True,
            timeout=_PUBLIC_SECONDS,
            max_body=1024,
        )
        for path in paths
        for method in ("GET", "HEAD")
    )


DOCUMENTS = documents_of(DOORS)
ROUTES: tuple[Route, ...] = (*routes_of(DOORS), *DOCUMENTS)
CONSOLE_ROUTES = _console()
