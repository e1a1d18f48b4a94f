"""RPCs for those who cannot speak gRPC: browsers (gRPC-Web) and anybody with JSON (POST /package.Service/Method)."""

import base64
from importlib import resources

from aos_gateway.routes import ROUTES, Protocol
from aos_gateway.types import Node, named

GRPC_WEB = "envoy.filters.http.grpc_web"
TRANSCODER = "envoy.filters.http.grpc_json_transcoder"


def grpc_web_filter() -> Node:
    """gRPC-Web in text and binary."""
    return named(GRPC_WEB, "extensions.filters.http.grpc_web.v3.GrpcWeb")


def transcoder_filter() -> Node:
    """JSON with the contract's field names.

    Unknown methods must pass it: refusing them here would answer 404 wherever the filter meets REST.
    """
    services = sorted({route.path[1:].split("/")[0] for route in ROUTES if route.protocol is Protocol.GRPC})
    return named(
        TRANSCODER,
        "extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        # Within the configuration, so that it works on another machine than the one it was written on.
        proto_descriptor_bin=base64.b64encode(_contract()).decode(),
        services=services,
        auto_mapping=True,
        convert_grpc_status=True,
        print_options={"preserve_proto_field_names": True, "always_print_primitive_fields": True},
    )


def _contract() -> bytes:
    return resources.files("autonomos").joinpath("contract.binpb").read_bytes()
