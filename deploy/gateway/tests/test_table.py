"""The configuration says what the table of doors says, whatever that holds."""

import re
from typing import Any

import pytest
from aos_access.doors import DOORS, SERVICES, Access, Door, Live, rest_doors, rpc_doors
from aos_gateway.edge.route_config import NOWHERE
from aos_gateway.envoy_config import build
from aos_gateway.routes import DOCUMENTS, ROUTES, routes_of
from aos_gateway.settings import Address, GatewaySettings

Node = dict[str, Any]


@pytest.fixture
def settings() -> GatewaySettings:
    upstreams = {service: Address("127.0.0.1", 9000 + number) for number, service in enumerate(SERVICES)}
    return GatewaySettings(Address("127.0.0.1", 8080), upstreams, upstreams, "http://127.0.0.1:9000/jwks", "issuer")


def _manager(config: Node) -> Node:
    return config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]


def _leaves(config: Node) -> dict[str, list[Node]]:
    (host,) = _manager(config)["route_config"]["virtual_hosts"]
    tree = host["matcher"]["matcher_tree"]["prefix_match_map"]["map"]
    return {key: leaf["action"]["typed_config"]["routes"] for key, leaf in tree.items()}


def _forwarding(config: Node) -> dict[str, Node]:
    """The rows that lead to a service, by name."""
    rows = [route for leaf in _leaves(config).values() for route in leaf if "route" in route]
    return {route["name"]: route for route in rows if route["route"]["cluster"] != NOWHERE}


def test_table_when_read_then_every_outside_door_is_routed_and_no_inside_door(settings: GatewaySettings) -> None:
    outside = {door.name for door in DOORS if door.access is not Access.INSIDE}
    assert set(_forwarding(build(settings))) == outside | {route.name for route in DOCUMENTS}


def test_table_when_read_then_only_public_doors_and_documents_need_no_token(settings: GatewaySettings) -> None:
    routes = _forwarding(build(settings))
    jwt = "envoy.filters.http.jwt_authn"
    open_ones = {
        name for name, route in routes.items() if route["typed_per_filter_config"].get(jwt, {}).get("disabled")
    }
    public = {door.name for door in DOORS if door.access is Access.PUBLIC}
    assert open_ones == public | {route.name for route in DOCUMENTS}


def test_table_when_read_then_no_inside_path_matches_anything_but_the_refusal(settings: GatewaySettings) -> None:
    inside = [door.path or f"/{door.rpc}" for door in DOORS if door.access is Access.INSIDE]
    assert inside
    for route in _forwarding(build(settings)).values():
        pattern = (
            re.escape(route["match"]["path"]) if "path" in route["match"] else route["match"]["safe_regex"]["regex"]
        )
        assert not any(re.fullmatch(pattern, path) for path in inside)


def test_table_when_read_then_every_route_goes_to_its_doors_service_by_its_protocol(settings: GatewaySettings) -> None:
    routes = _forwarding(build(settings))
    for doors, protocol in ((rest_doors(), "http"), (rpc_doors(), "grpc")):
        for door in doors:
            if door.access is not Access.INSIDE:
                assert routes[door.name]["route"]["cluster"] == f"{door.service}-{protocol}"


def test_table_when_read_then_leaves_stay_short(settings: GatewaySettings) -> None:
    leaves = _leaves(build(settings))
    assert len(leaves) > len(ROUTES) / 8
    assert max(len(leaf) for leaf in leaves.values()) <= 32


def test_configuration_when_built_then_every_cluster_and_route_is_bounded(settings: GatewaySettings) -> None:
    config = build(settings)
    for cluster in config["static_resources"]["clusters"]:
        assert cluster["circuit_breakers"]["thresholds"][0]["max_connections"] <= 1024
        assert cluster["per_connection_buffer_limit_bytes"]
    for route in _forwarding(config).values():
        assert route["route"]["timeout"] != "0s" or route["route"]["max_stream_duration"]


def test_configuration_when_built_then_only_websocket_doors_take_an_upgrade(settings: GatewaySettings) -> None:
    live = Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/{id}/socket", live=Live.WEBSOCKET)
    config = build(settings, (*ROUTES, *routes_of([live])))
    upgrades = {name for name, route in _forwarding(config).items() if "upgrade_configs" in route["route"]}
    assert upgrades == {live.name, *(door.name for door in DOORS if door.live is Live.WEBSOCKET)}
    assert _manager(config)["upgrade_configs"] == [{"upgrade_type": "websocket", "enabled": False}]


def test_configuration_when_built_then_limits_are_in_force_for_everything(settings: GatewaySettings) -> None:
    filters = {one["name"]: one for one in _manager(build(settings))["http_filters"]}
    limits = filters["envoy.filters.http.local_ratelimit"]["typed_config"]
    assert limits["filter_enabled"]["default_value"] == {"numerator": 100, "denominator": "HUNDRED"}
    assert limits["filter_enforced"]["default_value"] == {"numerator": 100, "denominator": "HUNDRED"}
    assert limits["max_dynamic_descriptors"] >= 5_000


def test_configuration_when_no_admin_is_asked_for_then_has_none(settings: GatewaySettings) -> None:
    assert "admin" not in build(settings)
