"""The route table in Envoy's words."""

from aos_gateway.filters import CORS, cors_policy, public_overrides, route_overrides
from aos_gateway.routes import HEALTH_PATH, ROUTES, Match, Protocol, Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node

# A stream may not outlive the access token (10 minutes) that opened it.
_STREAM_SECONDS = 600
_STREAM_IDLE_SECONDS = 60


def cluster_name(service: str, protocol: Protocol) -> str:
    """Name of the upstream cluster of a service's HTTP or gRPC port."""
    return f"{service}-{protocol}"


def route_config(settings: GatewaySettings) -> Node:
    """One virtual host: liveness, the table, and a refusal for the rest."""
    json_type = {"header": {"key": "content-type", "value": "application/json"}}
    health: Node = {
        "name": "health",
        "match": {"path": HEALTH_PATH, "headers": [_method("GET", "HEAD")]},
        "direct_response": {"status": 200, "body": {"inline_string": '{"status":"ok"}'}},
        "response_headers_to_add": [{**json_type, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
        "typed_per_filter_config": public_overrides(),
    }
    nothing_here: Node = {"name": "unknown", "match": {"prefix": "/"}, "direct_response": {"status": 404}}
    host: Node = {
        "name": "autonomos",
        "domains": ["*"],
        "routes": [health, *(_route(route) for route in ROUTES), nothing_here],
        "typed_per_filter_config": {CORS: cors_policy(settings)},
    }
    return {"name": "autonomos", "virtual_hosts": [host]}


def _method(*methods: str) -> Node:
    return {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(methods)}}}


def _match(route: Route) -> Node:
    key = {Match.EXACT: "path", Match.FOLDER: "path_separated_prefix", Match.PREFIX: "prefix"}[route.match]
    match: Node = {key: route.path}
    headers = [_method(*route.methods)] if route.methods else []
    if route.event_stream:
        headers.append({"name": "accept", "string_match": {"prefix": "text/event-stream"}})
    if headers:
        match["headers"] = headers
    if route.protocol is Protocol.GRPC:
        match["grpc"] = {}
    return match


def _action(route: Route) -> Node:
    action: Node = {"cluster": cluster_name(route.service, route.protocol)}
    if route.protocol is Protocol.GRPC:
        seconds = f"{route.timeout}s"
        return {
            **action,
            "timeout": "0s",
            "idle_timeout": seconds,
            "max_stream_duration": {"max_stream_duration": seconds, "grpc_timeout_header_max": seconds},
        }
    if route.event_stream:
        return {
            **action,
            "timeout": "0s",
            "idle_timeout": f"{_STREAM_IDLE_SECONDS}s",
            "max_stream_duration": {"max_stream_duration": f"{_STREAM_SECONDS}s"},
        }
    # Only failures in which the service saw nothing of the request: safe for every method.
    retry = {"retry_on": "connect-failure,refused-stream", "num_retries": 1}
    return {**action, "timeout": f"{route.timeout}s", "retry_policy": retry}


def _route(route: Route) -> Node:
    kind = "public" if route.public else "stream" if route.event_stream else "token"
    return {
        "name": f"{kind} {route.path}",
        "match": _match(route),
        "route": _action(route),
        "typed_per_filter_config": route_overrides(route),
    }
