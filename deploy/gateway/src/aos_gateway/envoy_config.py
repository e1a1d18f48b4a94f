"""The whole Envoy bootstrap, built from the route table and the operator's settings."""

from pathlib import Path

import yaml

from aos_gateway.clusters import clusters
from aos_gateway.filters import JWT, http_filters
from aos_gateway.local_replies import local_replies
from aos_gateway.route_config import route_config
from aos_gateway.routes import ROUTES, Protocol
from aos_gateway.settings import Address, GatewaySettings, SettingsRefused
from aos_gateway.types import Node, named, typed

_CONNECTION_BUFFER_BYTES = 1024 * 1024
_CLIENT_HEADERS_STRIPPED = ("x-tenant-id", "x-sub", "x-roles", "x-user-id", "x-forwarded-user")


def build(settings: GatewaySettings) -> Node:
    """The bootstrap as plain values; raises SettingsRefused when a routed service has no address."""
    for route in ROUTES:
        known = settings.grpc if route.protocol is Protocol.GRPC else settings.http
        if route.service not in known:
            raise SettingsRefused(f"no {route.protocol} address for the service '{route.service}'")
    bootstrap: Node = {
        "node": {"id": "gateway", "cluster": "autonomos"},
        "static_resources": {"listeners": [_listener(settings)], "clusters": clusters(settings)},
        "overload_manager": _overload(settings),
    }
    if settings.admin is not None:
        bootstrap["admin"] = {"address": _admin_address(settings.admin)}
    return bootstrap


def write(settings: GatewaySettings, target: Path) -> Path:
    """Write the bootstrap as YAML and return its path."""
    target.write_text(yaml.safe_dump(build(settings), sort_keys=False, width=120))
    return target


def _socket(address: Address) -> Node:
    return {"socket_address": {"address": address.host, "port_value": address.port}}


def _admin_address(admin: Address | Path) -> Node:
    return {"pipe": {"path": str(admin), "mode": 0o600}} if isinstance(admin, Path) else _socket(admin)


def _overload(settings: GatewaySettings) -> Node:
    """Refuse new connections, then new requests, before memory or descriptors run out."""
    prefix = "envoy.resource_monitors."
    monitors = [
        named(
            f"{prefix}global_downstream_max_connections",
            "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            max_active_downstream_connections=settings.max_connections,
        ),
        named(
            f"{prefix}fixed_heap",
            "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
            max_heap_size_bytes=settings.max_heap,
        ),
    ]
    heap = f"{prefix}fixed_heap"
    actions = [("shrink_heap", 0.85), ("disable_http_keepalive", 0.9), ("stop_accepting_requests", 0.95)]
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": monitors,
        "actions": [
            {"name": f"envoy.overload_actions.{action}", "triggers": [{"name": heap, "threshold": {"value": at}}]}
            for action, at in actions
        ],
    }


def _listener(settings: GatewaySettings) -> Node:
    manager = named(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        **_paths_and_headers(),
        **_timeouts(),
        stat_prefix="gateway",
        codec_type="AUTO",
        server_name="autonomos",
        use_remote_address=True,
        access_log=[_access_log()],
        local_reply_config=local_replies(),
        http_filters=http_filters(settings),
        route_config=route_config(settings),
    )
    return {
        "name": "public",
        "address": _socket(settings.listen),
        # Two gateways on one port would share its connections by chance; the second must fail instead.
        "enable_reuse_port": False,
        "per_connection_buffer_limit_bytes": _CONNECTION_BUFFER_BYTES,
        "filter_chains": [{"filters": [manager]}],
    }


def _paths_and_headers() -> Node:
    """One spelling of every path, and no header that pretends to be an identity."""
    strip = named(
        "envoy.http.early_header_mutation.header_mutation",
        "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[{"remove": name} for name in _CLIENT_HEADERS_STRIPPED],
    )
    return {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "early_header_mutation_extensions": [strip],
        "max_request_headers_kb": 32,
    }


def _timeouts() -> Node:
    """Bounds for slow or silent clients; an event stream's route has its own, longer ones."""
    return {
        "request_headers_timeout": "10s",
        "request_timeout": "60s",
        "stream_idle_timeout": "60s",
        "drain_timeout": "5s",
        "common_http_protocol_options": {
            "idle_timeout": "300s",
            "max_headers_count": 100,
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "http2_protocol_options": {
            "max_concurrent_streams": 100,
            "initial_stream_window_size": 64 * 1024,
            "initial_connection_window_size": 1024 * 1024,
        },
    }


def _access_log() -> Node:
    """One JSON object a request: no query string, no authorization, no cookie."""
    tenant = f"%DYNAMIC_METADATA({JWT}:payload:tenant_id)%"
    fields = {
        "time": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ:PATH)%",
        "route": "%ROUTE_NAME%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "grpc_status": "%GRPC_STATUS%",
        "duration_ms": "%DURATION%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "upstream": "%UPSTREAM_CLUSTER%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "tenant_id": tenant,
    }
    log = typed("extensions.access_loggers.stream.v3.StdoutAccessLog", log_format={"json_format": fields})
    return {"name": "envoy.access_loggers.stdout", "typed_config": log}
