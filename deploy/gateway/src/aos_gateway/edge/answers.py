"""Headers that every answer carries, whoever gave it."""

from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_HSTS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


def answer_headers(settings: GatewaySettings) -> list[Node]:
    """Added where the service said nothing else; HSTS when this gateway speaks TLS itself."""
    headers = _HEADERS | (_HSTS if settings.tls else {})
    return [
        {"header": {"key": key, "value": value}, "append_action": "ADD_IF_ABSENT"} for key, value in headers.items()
    ]
