"""The one table of what the gateway lets in; whatever is not here is refused.

Order matters: the first row that matches wins, so exact public paths stand before the prefixes that want a token.
"""

from dataclasses import dataclass
from enum import StrEnum

MAX_REST_BODY = 10 * 1024 * 1024
MAX_SIGN_IN_BODY = 64 * 1024
SERVICES = ("identity", "aod", "aam", "dcl", "aoa")
# /api/v1/<layer> → the service that answers there
LAYERS = {"auth": "identity", **{service: service for service in SERVICES}}
HEALTH_PATH = "/health"


class Protocol(StrEnum):
    """What the upstream speaks on the port the route leads to."""

    HTTP = "http"
    GRPC = "grpc"


class Match(StrEnum):
    """How `Route.path` is compared with the normalised request path."""

    EXACT = "exact"
    FOLDER = "folder"  # the path itself and everything below it
    PREFIX = "prefix"


@dataclass(frozen=True)
class Route:
    """One row: where requests for `path` go and under which terms.

    `public` needs no token; `methods` empty means any; `event_stream` takes only requests that ask for
    `text/event-stream` and gives them the long timeouts; `max_body` is in bytes (0: not limited here);
    `timeout` is in seconds, for the whole answer.
    """

    path: str
    match: Match
    service: str
    protocol: Protocol = Protocol.HTTP
    public: bool = False
    methods: tuple[str, ...] = ()
    event_stream: bool = False
    timeout: int = 30
    max_body: int = MAX_REST_BODY


def _exact(path: str, service: str, method: str, max_body: int = MAX_SIGN_IN_BODY) -> Route:
    return Route(path, Match.EXACT, service, public=True, methods=(method,), timeout=15, max_body=max_body)


def _grpc(name: str, service: str) -> Route:
    return Route(f"/autonomos.{service}.v1.{name}/", Match.PREFIX, service, Protocol.GRPC, timeout=60, max_body=0)


SIGN_IN = tuple(_exact(f"/api/v1/auth/{verb}", "identity", "POST") for verb in ("register", "login", "refresh"))
KEYS = (_exact("/.well-known/jwks.json", "identity", "GET"),)
DOCUMENTS = tuple(
    _exact(f"/api/v1/{layer}/{document}", service, "GET")
    for layer, service in LAYERS.items()
    for document in ("openapi.json", "docs", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css")
)
STREAMS = tuple(
    Route(f"/api/v1/{layer}", Match.FOLDER, service, event_stream=True, methods=("GET",))
    for layer, service in LAYERS.items()
)
REST = tuple(Route(f"/api/v1/{layer}", Match.FOLDER, service) for layer, service in LAYERS.items())
# Never the reflection or health services: they describe the inside.
GRPC = (
    _grpc("ViewService", "dcl"),
    _grpc("MappingService", "dcl"),
    _grpc("LineageService", "dcl"),
    _grpc("ConnectionService", "aam"),
    _grpc("SyncService", "aam"),
    _grpc("DiscoveryService", "aod"),
    _grpc("RunService", "aoa"),
)
ROUTES: tuple[Route, ...] = (*SIGN_IN, *KEYS, *DOCUMENTS, *STREAMS, *REST, *GRPC)
