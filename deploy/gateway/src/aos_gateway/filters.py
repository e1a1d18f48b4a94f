"""The HTTP filters, in the order in which a request meets them: origin, token, claims, size, upstream."""

from aos_gateway.routes import MAX_REST_BODY, Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node, named, typed

JWT = "envoy.filters.http.jwt_authn"
RBAC = "envoy.filters.http.rbac"
BUFFER = "envoy.filters.http.buffer"
CORS = "envoy.filters.http.cors"
JWKS_CLUSTER = "jwks"
_PROVIDER = "autonomos"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def http_filters(settings: GatewaySettings) -> list[Node]:
    """All filters; CORS stands before the token check so that only named origins get a preflight answer."""
    return [
        named(CORS, "extensions.filters.http.cors.v3.Cors"),
        _token_filter(settings),
        _claims_filter(),
        named(BUFFER, "extensions.filters.http.buffer.v3.Buffer", max_request_bytes=MAX_REST_BODY),
        named("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", suppress_envoy_headers=True),
    ]


def route_overrides(route: Route) -> Node:
    """What a route changes about the filters: public routes ask for no token, bodies have the route's own limit."""
    overrides: Node = public_overrides() if route.public else {}
    buffer = {"buffer": {"max_request_bytes": route.max_body}} if route.max_body else {"disabled": True}
    overrides[BUFFER] = typed("extensions.filters.http.buffer.v3.BufferPerRoute", **buffer)
    return overrides


def public_overrides() -> Node:
    """Switch the token and claims checks off."""
    return {
        JWT: typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", disabled=True),
        RBAC: typed("extensions.filters.http.rbac.v3.RBACPerRoute"),
    }


def cors_policy(settings: GatewaySettings) -> Node:
    """Which origins a browser may call from; none by default."""
    return typed(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in settings.cors_origins],
        allow_methods="GET, POST, PUT, PATCH, DELETE",
        allow_headers="authorization, content-type, idempotency-key, last-event-id, traceparent",
        expose_headers="x-request-id",
        max_age="600",
        forward_not_matching_preflights=False,
    )


def _token_filter(settings: GatewaySettings) -> Node:
    provider: Node = {
        "issuer": settings.issuer,
        "audiences": [settings.audience],
        "require_expiration": True,
        "clock_skew_seconds": 5,
        # The cache below keeps a token it has seen even when its key is withdrawn: this bounds for how long.
        "max_lifetime": f"{settings.max_token_seconds}s",
        "forward": True,  # the service verifies it again
        # Named, or Envoy would take a token from the query string too, where logs keep it.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "payload_in_metadata": "payload",
        "header_in_metadata": "header",
        "jwt_cache_config": {"jwt_cache_size": 1000, "jwt_max_token_size": 8192},
        "remote_jwks": {
            "http_uri": {"uri": settings.jwks_url, "cluster": JWKS_CLUSTER, "timeout": "2s"},
            # Short, so that a withdrawn key is refused within seconds; the last good set survives an outage.
            "cache_duration": "3s",
            "async_fetch": {"failed_refetch_duration": "1s"},
            "retry_policy": {"num_retries": 2},
        },
    }
    return named(
        JWT,
        "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={_PROVIDER: provider},
        rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": _PROVIDER}}],
    )


def _claim(part: str, key: str, value: Node, *, absent: bool = False) -> Node:
    matcher: Node = {"filter": JWT, "path": [{"key": part}, {"key": key}], "value": value}
    if absent:
        matcher["invert"] = True
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _claims_filter() -> Node:
    """What the token filter alone lets through: other token types, no key id, critical extensions, no tenant."""
    claims = [
        _claim("header", "typ", {"string_match": {"exact": "at+jwt"}}),
        _claim("header", "alg", {"string_match": {"exact": "RS256"}}),
        _claim("header", "kid", {"present_match": True}),
        _claim("header", "crit", {"present_match": True}, absent=True),
        _claim("payload", "sub", {"present_match": True}),
        _claim("payload", "tenant_id", {"string_match": {"safe_regex": {"regex": _UUID}}}),
    ]
    policy = {"permissions": [{"any": True}], "principals": [{"and_ids": {"ids": claims}}]}
    return named(
        RBAC,
        "extensions.filters.http.rbac.v3.RBAC",
        rules={"action": "ALLOW", "policies": {"access-token": policy}},
    )
