from pathlib import Path

import pytest
from aos_gateway.envoy_config import build
from aos_gateway.routes import REST, ROUTES, SERVICES, Match, Protocol
from aos_gateway.settings import Address, GatewaySettings


@pytest.fixture
def settings() -> GatewaySettings:
    upstreams = {service: Address("127.0.0.1", 9000 + number) for number, service in enumerate(SERVICES)}
    return GatewaySettings(Address("127.0.0.1", 8080), upstreams, upstreams, "http://127.0.0.1:9000/jwks", "issuer")


def test_table_when_read_then_everything_public_is_one_exact_path_and_method() -> None:
    public = [route for route in ROUTES if route.public]
    assert all(route.match is Match.EXACT and len(route.methods) == 1 for route in public)
    assert {route.path for route in public if "POST" in route.methods} == {
        f"/api/v1/auth/{verb}" for verb in ("register", "login", "refresh")
    }


def test_table_when_read_then_no_public_row_stands_behind_a_prefix_that_hides_it() -> None:
    first_prefix = min(ROUTES.index(route) for route in REST)
    assert all(ROUTES.index(route) < first_prefix for route in ROUTES if route.public)


def test_table_when_read_then_grpc_is_a_list_of_our_services_alone() -> None:
    paths = [route.path for route in ROUTES if route.protocol is Protocol.GRPC]
    assert all(path.startswith("/autonomos.") and path.endswith("Service/") for path in paths)
    contract = Path(__file__).parents[3] / "proto" / "src" / "autonomos"
    declared = "\n".join(file.read_text() for file in contract.rglob("*.proto"))
    assert all(f"service {path.split('.')[-1].rstrip('/')} " in declared for path in paths)


def test_configuration_when_built_then_every_cluster_and_route_is_bounded(settings: GatewaySettings) -> None:
    resources = build(settings)["static_resources"]
    for cluster in resources["clusters"]:
        assert cluster["circuit_breakers"]["thresholds"][0]["max_connections"] <= 1024
        assert cluster["per_connection_buffer_limit_bytes"]
    manager = resources["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    for route in manager["route_config"]["virtual_hosts"][0]["routes"]:
        if "route" in route:
            assert route["route"]["timeout"] != "0s" or route["route"]["max_stream_duration"]


def test_configuration_when_no_admin_is_asked_for_then_has_none(settings: GatewaySettings) -> None:
    assert "admin" not in build(settings)
