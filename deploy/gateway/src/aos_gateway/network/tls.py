"""Encryption of both sides: what clients see, and what the services see."""

from aos_gateway.settings import Address, InsideTls, ServerTls
from aos_gateway.types import Node, named

_SOCKET = "envoy.transport_sockets.tls"
_SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_OLDEST = {"tls_minimum_protocol_version": "TLSv1_2"}


def server_tls(tls: ServerTls) -> Node:
    """TLS 1.2 or newer, HTTP/2 where the client can."""
    return named(
        _SOCKET,
        "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "tls_params": dict(_OLDEST),
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_certificates": [_pair(str(tls.certificate), str(tls.key))],
        },
    )


def inside_tls(tls: InsideTls, address: Address) -> Node:
    """The gateway shows its certificate, and the service's must be the authority's and name its host."""
    return _client(
        address,
        str(tls.authority),
        tls_certificates=[_pair(str(tls.certificate), str(tls.key))],
    )


def public_tls(address: Address) -> Node:
    """A server of the internet, judged by the system's authorities."""
    return _client(address, _SYSTEM_AUTHORITIES)


def _client(address: Address, authority: str, **context: object) -> Node:
    kind = "IP_ADDRESS" if address.is_ip else "DNS"
    validation = {
        "trusted_ca": {"filename": authority},
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": address.host}}],
    }
    return named(
        _SOCKET,
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        **({} if address.is_ip else {"sni": address.host}),
        common_tls_context={"tls_params": dict(_OLDEST), "validation_context": validation, **context},
    )


def _pair(certificate: str, key: str) -> Node:
    return {"certificate_chain": {"filename": certificate}, "private_key": {"filename": key}}
