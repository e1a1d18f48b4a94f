"""The HTTP filters, in the order in which a request meets them: origin, token, claims, limits, size, wire, upstream.

Filters that few routes need are off and switched on by those routes: the rest does not pay for them.
"""

from aos_gateway.edge.limits import limits_filter
from aos_gateway.edge.rpc import GRPC_WEB, TRANSCODER, grpc_web_filter, transcoder_filter
from aos_gateway.edge.tokens import claims_filter, public_overrides, token_filter, websocket_overrides
from aos_gateway.routes import Live, Protocol, Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node, named, typed

BUFFER = "envoy.filters.http.buffer"
CORS = "envoy.filters.http.cors"


def http_filters(settings: GatewaySettings) -> list[Node]:
    """All filters; CORS, if any origin is named, stands before the token check and answers named origins alone."""
    buffer = named(BUFFER, "extensions.filters.http.buffer.v3.Buffer", max_request_bytes=1)
    cors = [named(CORS, "extensions.filters.http.cors.v3.Cors")] if settings.cors_origins else []
    return [
        *cors,
        {**grpc_web_filter(), "disabled": True},
        token_filter(settings),
        claims_filter(),
        limits_filter(settings),
        {**buffer, "disabled": True},
        {**transcoder_filter(), "disabled": True},
        named("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", suppress_envoy_headers=True),
    ]


def route_overrides(route: Route) -> Node:
    """What a route changes about the filters: public routes ask for no token, bodies have the route's own limit."""
    if route.protocol is Protocol.GRPC:
        enabled = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}
        return {GRPC_WEB: dict(enabled), TRANSCODER: dict(enabled)}
    if route.live is Live.WEBSOCKET:
        return websocket_overrides()
    overrides = public_overrides() if route.public else {}
    if route.max_body and (route.live is Live.NO or route.method == "POST"):
        limit = {"max_request_bytes": route.max_body}
        overrides[BUFFER] = typed("extensions.filters.http.buffer.v3.BufferPerRoute", buffer=limit)
    return overrides


def cors_policy(settings: GatewaySettings) -> Node:
    """Which origins a browser may call from; without any there is no CORS at all."""
    if not settings.cors_origins:
        return {}
    policy = typed(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in settings.cors_origins],
        allow_methods="GET, POST, PUT, PATCH, DELETE",
        allow_headers=(
            "authorization, content-type, idempotency-key, last-event-id, traceparent, "
            "x-grpc-web, x-user-agent, grpc-timeout"
        ),
        expose_headers="x-request-id, retry-after, grpc-status, grpc-message, grpc-status-details-bin",
        max_age="600",
        forward_not_matching_preflights=False,
    )
    return {CORS: policy}
