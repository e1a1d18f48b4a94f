"""Who may pass: the token's signature, then what it must say."""

from aos_access.roles import INTERNAL, ROLES

from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node, named, typed

JWT = "envoy.filters.http.jwt_authn"
RBAC = "envoy.filters.http.rbac"
JWKS_CLUSTER = "jwks"
SUBPROTOCOL_PREFIX = "bearer."
_SUBPROTOCOL = "sec-websocket-protocol"
_PROVIDER, _WEBSOCKET = "autonomos", "autonomos-websocket"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_COMPACT = r"[\w-]+\.[\w-]+\.[\w-]+"


def token_filter(settings: GatewaySettings) -> Node:
    """RS256 tokens of the issuer, for the audience, neither expired nor valid for longer than any that is issued."""
    return named(
        JWT,
        "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={
            # Named, or Envoy would take a token from the query string too, where logs keep it.
            _PROVIDER: _provider(settings, {"name": "authorization", "value_prefix": "Bearer "}),
            _WEBSOCKET: _provider(
                settings,
                {"name": "authorization", "value_prefix": "Bearer "},
                {"name": _SUBPROTOCOL, "value_prefix": SUBPROTOCOL_PREFIX},
            ),
        },
        rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": _PROVIDER}}],
        requirement_map={_WEBSOCKET: {"provider_name": _WEBSOCKET}},
    )


def claims_filter() -> Node:
    """What the token filter alone lets through: other token types, no key id, critical extensions, no tenant, services.

    Which role may do what is for the services to say, since a denial belongs in the tenant's audit log.
    """
    return named(RBAC, "extensions.filters.http.rbac.v3.RBAC", rules=_policy(_bearer()))


def public_overrides() -> Node:
    """Switch the token and claims checks off."""
    return {
        JWT: typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", disabled=True),
        RBAC: typed("extensions.filters.http.rbac.v3.RBACPerRoute"),
    }


def websocket_overrides() -> Node:
    """A browser cannot set headers on a WebSocket: its token may be the last subprotocol, `bearer.<token>`."""
    subprotocol = {"name": _SUBPROTOCOL, "string_match": {"safe_regex": {"regex": rf"(.*,\s*)?bearer\.{_COMPACT}"}}}
    no_header = {"header": {"name": "authorization", "present_match": True, "invert_match": True}}
    no_subprotocol = {"header": {"name": _SUBPROTOCOL, "string_match": {"contains": SUBPROTOCOL_PREFIX}}}
    ways = [
        _all(_bearer(), {"not_id": no_subprotocol}),
        _all({"header": subprotocol}, no_header),
    ]
    rules = _policy({"or_ids": {"ids": ways}})
    return {
        JWT: typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", requirement_name=_WEBSOCKET),
        RBAC: typed("extensions.filters.http.rbac.v3.RBACPerRoute", rbac={"rules": rules}),
    }


def _provider(settings: GatewaySettings, *headers: Node) -> Node:
    return {
        "issuer": settings.issuer,
        "audiences": [settings.audience],
        "require_expiration": True,
        "clock_skew_seconds": 5,
        # The cache below keeps a token it has seen even when its key is withdrawn: this bounds for how long.
        "max_lifetime": f"{settings.max_token_seconds}s",
        "forward": True,  # the service verifies it again
        "from_headers": list(headers),
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


def _policy(carried: Node) -> Node:
    """Allow the claims of an access token, in a header of the shape that `carried` demands."""
    policy = {"permissions": [{"any": True}], "principals": [_all(*_claims(), carried)]}
    return {"action": "ALLOW", "policies": {"access-token": policy}}


def _bearer() -> Node:
    """Exactly one token and nothing beside it: the token filter alone would pick one out of any surroundings."""
    return {"header": {"name": "authorization", "string_match": {"safe_regex": {"regex": f"Bearer {_COMPACT}"}}}}


def _claims() -> list[Node]:
    public = [{"string_match": {"exact": role}} for role in ROLES if role != INTERNAL]
    text = {"string_match": {"safe_regex": {"regex": "(?s).+"}}}
    number = {"double_match": {"range": {"start": 0, "end": 2.0**53}}}
    return [
        _claim("header", "typ", {"string_match": {"exact": "at+jwt"}}),
        _claim("header", "alg", {"string_match": {"exact": "RS256"}}),
        _claim("header", "kid", text),
        _claim("header", "crit", {"present_match": True}, absent=True),
        _claim("payload", "sub", text),
        _claim("payload", "jti", text),
        _claim("payload", "iat", number),
        _claim("payload", "tenant_id", {"string_match": {"safe_regex": {"regex": _UUID}}}),
        _claim("payload", "roles", {"list_match": {"one_of": {"or_match": {"value_matchers": public}}}}),
        _claim("payload", "roles", {"list_match": {"one_of": {"string_match": {"exact": INTERNAL}}}}, absent=True),
    ]


def _claim(part: str, key: str, value: Node, *, absent: bool = False) -> Node:
    matcher: Node = {"filter": JWT, "path": [{"key": part}, {"key": key}], "value": value}
    if absent:
        matcher["invert"] = True
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _all(*principals: Node) -> Node:
    return {"and_ids": {"ids": list(principals)}}
