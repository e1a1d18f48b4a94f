"""Where requests may go, and how much may be under way there at once."""

from urllib.parse import urlsplit

from aos_gateway.edge.route_config import NOWHERE, cluster_name
from aos_gateway.edge.tokens import JWKS_CLUSTER
from aos_gateway.network.tls import inside_tls, public_tls
from aos_gateway.network.tracing import CLUSTER as SPANS
from aos_gateway.network.tracing import receiver
from aos_gateway.routes import Protocol
from aos_gateway.settings import Address, GatewaySettings
from aos_gateway.types import Node, typed

_BUFFER_BYTES = 1024 * 1024
# Below the 5 s after which the services close an idle connection, so that none is reused while it closes.
_IDLE_SECONDS = 4


def clusters(settings: GatewaySettings) -> list[Node]:
    """One cluster a service and protocol, one for the key set, and one that leads nowhere."""
    upstreams = [(settings.http, Protocol.HTTP), (settings.grpc, Protocol.GRPC)]
    found = [
        _cluster(cluster_name(service, protocol), address, protocol) | _encrypted(settings, address)
        for addresses, protocol in upstreams
        for service, address in addresses.items()
    ]
    keys = _cluster(JWKS_CLUSTER, settings.jwks, Protocol.HTTP) | _keys_encrypted(settings)
    nowhere = _cluster(NOWHERE, None, Protocol.HTTP)
    spans = receiver(settings)
    return [*found, keys, nowhere, *([_cluster(SPANS, spans, Protocol.HTTP)] if spans else [])]


def _encrypted(settings: GatewaySettings, address: Address) -> Node:
    return {"transport_socket": inside_tls(settings.inside, address)} if settings.inside else {}


def _keys_encrypted(settings: GatewaySettings) -> Node:
    """The key set may be one of the inside, or an issuer's on the internet."""
    if urlsplit(settings.jwks_url).scheme != "https":
        return {}
    return _encrypted(settings, settings.jwks) or {"transport_socket": public_tls(settings.jwks)}


def _cluster(name: str, address: Address | None, protocol: Protocol) -> Node:
    limits = {"max_connections": 256, "max_pending_requests": 256, "max_requests": 1024, "max_retries": 16}
    return {
        "name": name,
        "type": "STATIC" if address is None or address.is_ip else "STRICT_DNS",
        "connect_timeout": "1s",
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
        "circuit_breakers": {"thresholds": [{"priority": "DEFAULT", "track_remaining": True, **limits}]},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [_endpoint(address)]}] if address else [],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions", **_protocol(protocol)
            )
        },
    }


def _endpoint(address: Address) -> Node:
    return {"endpoint": {"address": {"socket_address": {"address": address.host, "port_value": address.port}}}}


def _protocol(protocol: Protocol) -> Node:
    if protocol is Protocol.GRPC:
        keepalive = {"interval": "30s", "timeout": "5s"}
        http2 = {"max_concurrent_streams": 256, "connection_keepalive": keepalive}
        return {"explicit_http_config": {"http2_protocol_options": http2}}
    return {
        "common_http_protocol_options": {"idle_timeout": f"{_IDLE_SECONDS}s"},
        "explicit_http_config": {"http_protocol_options": {}},
    }
