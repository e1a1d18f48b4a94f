"""What the gateway gives up first when memory or descriptors run out."""

from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node, named


def overload_manager(settings: GatewaySettings) -> Node:
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
