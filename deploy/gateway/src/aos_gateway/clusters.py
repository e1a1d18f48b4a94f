"""Where requests may go, and how much may be under way there at once."""

from urllib.parse import urlsplit

from aos_gateway.filters import JWKS_CLUSTER
from aos_gateway.route_config import cluster_name
from aos_gateway.routes import Protocol
from aos_gateway.settings import Address, GatewaySettings
from aos_gateway.types import Node, named, typed

_BUFFER_BYTES = 1024 * 1024
# Below the 5 s after which the services close an idle connection, so that none is reused while it closes.
_IDLE_SECONDS = 4


def clusters(settings: GatewaySettings) -> list[Node]:
    """One cluster a service and protocol, and one for the key set."""
    upstreams = [(settings.http, Protocol.HTTP), (settings.grpc, Protocol.GRPC)]
    found = [
        _cluster(cluster_name(service, protocol), address, protocol)
        for addresses, protocol in upstreams
        for service, address in addresses.items()
    ]
    keys = _cluster(JWKS_CLUSTER, settings.jwks, Protocol.HTTP)
    if urlsplit(settings.jwks_url).scheme == "https":
        keys["transport_socket"] = _tls(settings.jwks.host)
    return [*found, keys]


def _tls(host: str) -> Node:
    validation = {
        "trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": host}}],
    }
    return named(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni=host,
        common_tls_context={"validation_context": validation},
    )


def _cluster(name: str, address: Address, protocol: Protocol) -> Node:
    endpoint = {"address": {"socket_address": {"address": address.host, "port_value": address.port}}}
    limits = {"max_connections": 256, "max_pending_requests": 256, "max_requests": 1024, "max_retries": 16}
    return {
        "name": name,
        "type": "STATIC" if address.is_ip else "STRICT_DNS",
        "connect_timeout": "1s",
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
        "circuit_breakers": {"thresholds": [{"priority": "DEFAULT", "track_remaining": True, **limits}]},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions", **_protocol(protocol)
            )
        },
    }


def _protocol(protocol: Protocol) -> Node:
    if protocol is Protocol.GRPC:
        keepalive = {"interval": "30s", "timeout": "5s"}
        http2 = {"max_concurrent_streams": 256, "connection_keepalive": keepalive}
        return {"explicit_http_config": {"http2_protocol_options": http2}}
    return {
        "common_http_protocol_options": {"idle_timeout": f"{_IDLE_SECONDS}s"},
        "explicit_http_config": {"http_protocol_options": {}},
    }
