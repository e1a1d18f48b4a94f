"""The route table in Envoy's words: a tree by the fixed beginning of each path, and few routes to try at each leaf.

Trying 190 rows one after the other would cost more than all checks together; the tree costs nothing that shows.
"""

import re
from collections.abc import Iterable, Sequence

from aos_gateway.edge.answers import answer_headers, page_headers
from aos_gateway.edge.filters import cors_policy, route_overrides
from aos_gateway.edge.limits import class_metadata
from aos_gateway.edge.local_replies import FOREIGN_ORIGIN
from aos_gateway.edge.tokens import public_overrides
from aos_gateway.routes import HEALTH_PATH, Live, Protocol, Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node, named

NOWHERE = "nowhere"
ROOT = ""
"""The beginning that `/` has: it ends as no other path begins, so it is tried last."""
_LIVE_IDLE_SECONDS = 60
PATHS_IN_ONE = 4
"""Envoy refuses an expression whose program is longer than 100; a path's takes about 15."""
_PARAMETER = re.compile(r"\{[^}]*\}")


def cluster_name(service: str, protocol: Protocol) -> str:
    """Name of the upstream cluster of a service's HTTP or gRPC port."""
    return f"{service}-{protocol}"


def route_config(settings: GatewaySettings, routes: Sequence[Route]) -> Node:
    """One virtual host: liveness, the table, and a refusal for the rest."""
    leaves = {HEALTH_PATH: [_health(), _unknown()], **_leaves(settings, routes)}
    elsewhere = leaves.pop(ROOT, [_unknown()])
    path = {
        "name": "path",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
            "header_name": ":path",
        },
    }
    tree = {"input": path, "prefix_match_map": {"map": {key: _try(found) for key, found in leaves.items()}}}
    host: Node = {
        "name": "autonomos",
        "domains": ["*"],
        "matcher": {"matcher_tree": tree, "on_no_match": _try(elsewhere)},
        "typed_per_filter_config": cors_policy(settings),
        "retry_policy": _retries(),
    }
    return {"name": "autonomos", "virtual_hosts": [host], "response_headers_to_add": answer_headers(settings)}


def _try(routes: list[Node]) -> Node:
    config = {"@type": "type.googleapis.com/envoy.config.route.v3.RouteList", "routes": routes}
    return {"action": {"name": "routes", "typed_config": config}}


def _leaves(settings: GatewaySettings, routes: Iterable[Route]) -> dict[str, list[Node]]:
    """For each fixed beginning the routes below it, the most specific path first; then 405 for their paths; then 404.

    A request is led to the longest beginning it has, so each leaf also holds the templates of shorter ones.
    """
    ordered = sorted(routes, key=lambda route: _specificity(route.path))
    leaves = {}
    for key in sorted({_beginning(route.path) for route in ordered}):
        here = [route for route in ordered if _may_match_below(route, key)]
        leaves[key] = [
            *(node for route in here for node in _nodes(settings, route)),
            *([_preflight()] if key != ROOT else []),
            *_other_methods(here),
            _unknown(),
        ]
    return leaves


def _beginning(path: str) -> str:
    return path.split("{", maxsplit=1)[0].rstrip("/")


def _may_match_below(route: Route, key: str) -> bool:
    beginning = _beginning(route.path)
    return beginning == key or ("{" in route.path and key.startswith(beginning))


def _specificity(path: str) -> list[tuple[int, str]]:
    """Sorts fixed segments before parameters, and those before parameters that take the rest."""
    return [(1 + ("=**" in part), "") if "{" in part else (0, part) for part in path.split("/")]


def _path(path: str) -> Node:
    return {"safe_regex": {"regex": _pattern(path)}} if "{" in path else {"path": path}


def _pattern(path: str) -> str:
    fixed = [re.escape(part) for part in _PARAMETER.split(path)]
    parameters = [".+" if "=**" in found else "[^/]+" for found in _PARAMETER.findall(path)]
    return "".join(a + b for a, b in zip(fixed, [*parameters, ""], strict=True))


def _nodes(settings: GatewaySettings, route: Route) -> list[Node]:
    match = {**_path(route.path), "headers": [_header(":method", exact=route.method)]}
    node: Node = {
        "name": route.name,
        "match": match,
        "route": _action(settings, route),
        "typed_per_filter_config": route_overrides(route),
        **class_metadata(route.rate),
        **_anonymous(route),
        **page_headers(route),
    }
    return _websocket(settings, node) if route.live is Live.WEBSOCKET else [node]


def _anonymous(route: Route) -> Node:
    return {"request_headers_to_remove": ["authorization", "cookie"]} if route.anonymous else {}


def _websocket(settings: GatewaySettings, node: Node) -> list[Node]:
    """Browsers let any site open a WebSocket anywhere, so the origin is compared here; others send none."""
    named = "|".join(map(re.escape, (*settings.cors_origins, *settings.own_origins)))
    origins = f"({named})?"
    upgrade = {"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}
    origin = {
        "name": "origin",
        "string_match": {"safe_regex": {"regex": origins}},
        "treat_missing_header_as_empty": True,
    }
    match = node["match"]
    asked = [*match["headers"], upgrade]
    ours = {**node, "match": {**match, "headers": [*asked, origin]}}
    # Takes no upgrade, so Envoy refuses it; the row's name tells the answer which problem that is.
    foreign = {"name": FOREIGN_ORIGIN, "match": {**match, "headers": asked}, "direct_response": {"status": 403}}
    return [ours, foreign, {"name": node["name"], "match": match, "direct_response": {"status": 426}}]


def _action(settings: GatewaySettings, route: Route) -> Node:
    action: Node = {"cluster": cluster_name(route.service, route.protocol)}
    if route.protocol is Protocol.GRPC:
        seconds = f"{route.timeout}s"
        longest = {"max_stream_duration": seconds, "grpc_timeout_header_max": seconds}
        return {**action, "timeout": "0s", "idle_timeout": seconds, "max_stream_duration": longest}
    if route.live is not Live.NO:
        # A live answer may not outlive the access token that opened it.
        longest = {"max_stream_duration": f"{settings.stream_seconds}s"}
        live = {**action, "timeout": "0s", "idle_timeout": f"{_LIVE_IDLE_SECONDS}s", "max_stream_duration": longest}
        return live | ({"upgrade_configs": [{"upgrade_type": "websocket"}]} if route.live is Live.WEBSOCKET else {})
    answered: Node = {**action, "timeout": f"{route.timeout}s"}
    # A pod that ends may have taken a request that it no longer answers; what only reads may be asked twice.
    return answered | ({"retry_policy": _retries(",reset")} if route.method == "GET" else {})


def _retries(also: str = "") -> Node:
    """Ask again at another pod, if any; by itself only where the service saw nothing of the request: safe for all."""
    others = named(
        "envoy.retry_host_predicates.previous_hosts",
        "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
    )
    return {
        "retry_on": f"connect-failure,refused-stream,reset-before-request{also}",
        "num_retries": 2,
        "retry_host_predicate": [others],
        "host_selection_retry_max_attempts": 5,
    }


def _header(name: str, **match: str) -> Node:
    return {"name": name, "string_match": match}


def _health() -> Node:
    json_type = {"header": {"key": "content-type", "value": "application/json"}}
    return {
        "name": "health",
        "match": {
            "path": HEALTH_PATH,
            "headers": [{"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}],
        },
        "direct_response": {"status": 200, "body": {"inline_string": '{"status":"ok"}'}},
        "response_headers_to_add": [{**json_type, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
        "typed_per_filter_config": public_overrides(),
    }


def _preflight() -> Node:
    """A row that forwards is needed for the CORS filter to look at a request; it answers all of these itself."""
    asks = ("origin", "access-control-request-method")
    some = [{"name": name, "string_match": {"safe_regex": {"regex": ".+"}}} for name in asks]
    match = {"prefix": "/", "headers": [_header(":method", exact="OPTIONS"), *some]}
    return {"name": "preflight", "match": match, "route": {"cluster": NOWHERE}}


def _other_methods(routes: Sequence[Route]) -> list[Node]:
    """A refusal for each path of the routes, in one row for all of the same shape that take the same methods.

    Paths of one shape have parameters at the same places, so no two of them match the same request, and the shapes
    keep their order.
    """
    alike: dict[tuple[tuple[int, ...], str], list[str]] = {}
    for path in dict.fromkeys(route.path for route in routes):
        methods = ", ".join(route.method for route in routes if route.path == path)
        alike.setdefault((tuple(kind for kind, _ in _specificity(path)), methods), []).append(path)
    return [
        _other_method(paths[start : start + PATHS_IN_ONE], methods)
        for (_, methods), paths in sorted(alike.items())
        for start in range(0, len(paths), PATHS_IN_ONE)
    ]


def _other_method(paths: list[str], methods: str) -> Node:
    match = _path(paths[0]) if len(paths) == 1 else {"safe_regex": {"regex": "|".join(map(_pattern, paths))}}
    allow = {"header": {"key": "allow", "value": methods}}
    return {"name": "method", "match": match, "direct_response": {"status": 405}, "response_headers_to_add": [allow]}


def _unknown() -> Node:
    return {"name": "unknown", "match": {"prefix": "/"}, "direct_response": {"status": 404}}
