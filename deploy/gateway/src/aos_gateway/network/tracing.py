"""Spans: each request is the root of its trace, and the gateway decides which traces are recorded."""

from urllib.parse import urlsplit

from aos_gateway.settings import Address, GatewaySettings
from aos_gateway.types import Node, typed

CLUSTER = "otlp"
_SECONDS = "1s"
# In place of Envoy's own, which has the query, where a provider's code or a mail's ticket may stand.
_URL = {"tag": "http.url", "value": "%REQ(:SCHEME)%://%REQ(:AUTHORITY)%%PATH(NQ:PATH)%"}


def receiver(settings: GatewaySettings) -> Address | None:
    """Where spans go; None without a receiver. Raises SettingsRefused when the endpoint names no address."""
    return Address.parse(urlsplit(settings.otlp_endpoint).netloc) if settings.otlp_endpoint else None


def tracing(settings: GatewaySettings) -> Node:
    """What the connection manager says about tracing; empty without a receiver."""
    if not settings.otlp_endpoint:
        return {}
    service = {"http_uri": {"uri": settings.otlp_endpoint, "cluster": CLUSTER, "timeout": _SECONDS}}
    config = typed("config.trace.v3.OpenTelemetryConfig", http_service=service, service_name="gateway")
    return {
        "tracing": {
            "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": config},
            "custom_tags": [_URL],
            "random_sampling": {"value": round(settings.trace_sample * 100, 4)},
        }
    }
