"""Headers that every answer carries, whoever gave it."""

from aos_gateway.routes import Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node

_CSP = "content-security-policy"
_HEADERS = {
    # Data is no page: should a browser be made to show an answer as one, it loads and runs nothing and is in no frame.
    _CSP: "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_HSTS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}

_DOCUMENTATION = (
    # The page of FastAPI holds a script of its own; swagger-ui makes styles, and its icons are data.
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def answer_headers(settings: GatewaySettings) -> list[Node]:
    """Added where the service said nothing else; HSTS when this gateway speaks TLS itself."""
    return _if_absent(_HEADERS | (_HSTS if settings.tls else {}))


def page_headers(route: Route) -> Node:
    """What the documentation's pages may load; a route's own headers come before those of every answer."""
    return {"response_headers_to_add": _if_absent({_CSP: _DOCUMENTATION})} if route.path.endswith("/docs") else {}


def _if_absent(headers: dict[str, str]) -> list[Node]:
    return [
        {"header": {"key": key, "value": value}, "append_action": "ADD_IF_ABSENT"} for key, value in headers.items()
    ]
