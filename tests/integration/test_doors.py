"""One table says what the doors are: what runs, the contract and the gateway have these doors and no other."""

from collections import Counter
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aos_access.doors import DOORS, SERVICES, Access, Door, Live, rest_doors, rpc_doors
from aos_access.roles import INTERNAL, ROLES, Permission
from aos_common.grpc import READ_VERBS
from aos_gateway.routes import DOCUMENTS, ROUTES

from tests.integration.contract import rpc_services

PACKAGES = {"nlp_gateway": "nlp"}
"""Services whose package in the contract is not called as they are."""
UNDESCRIBED = {
    "GET /.well-known/jwks.json": "a key set of RFC 7517; its address is agreed on, not looked up",
    "POST /oauth2/token": "takes a form of RFC 6749 from the platform's own services, inside",
    "GET /api/v1/admin/audit/socket": "OpenAPI has no words for a WebSocket",
    "GET /api/v1/ws/flow-monitor": "OpenAPI has no words for a WebSocket",
}
"""REST doors that are in no OpenAPI document, and why."""
TAKEN_AS_READ = {"POST": {"/query", "/query/stream", "/aggregate", "/search", "/classify"}}
"""Endings of POST routes that only ask: questions too large for a URL."""


def _described(stack: Any, service: str) -> set[str]:
    document = httpx.get(f"http://127.0.0.1:{stack.port(service)}{_document(service)}").json()
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


def _document(service: str) -> str:
    return next(route.path for route in DOCUMENTS if route.service == service and route.path.endswith("openapi.json"))


def _plain(door: Door) -> str:
    """The door's name as OpenAPI writes it."""
    return door.name.replace("=**}", "}")


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_when_a_service_describes_itself_then_its_operations_are_its_doors(stack: Any, service: str) -> None:
    doors = {_plain(door) for door in rest_doors() if door.service == service} - set(UNDESCRIBED)
    assert _described(stack, service) == doors


def test_openapi_when_a_door_is_in_no_document_then_a_reason_is_written_down() -> None:
    assert set(UNDESCRIBED) <= {door.name for door in rest_doors()}, "a reason for a door that is gone"
    assert all(door.name in UNDESCRIBED for door in rest_doors() if door.live is Live.WEBSOCKET)


def test_contract_when_read_then_its_methods_are_the_doors() -> None:
    methods = Counter(
        f"{service.full_name}/{method.name}" for service in rpc_services().values() for method in service.methods
    )
    assert methods == Counter(door.rpc for door in rpc_doors())


def test_contract_when_a_method_is_a_door_then_it_belongs_to_the_doors_service() -> None:
    packages = {door.rpc: PACKAGES.get(door.service, door.service) for door in rpc_doors()}
    assert [rpc for rpc, package in packages.items() if not rpc.startswith(f"autonomos.{package}.v1.")] == []


def test_gateway_when_its_routes_are_made_then_they_are_the_outside_doors_and_the_documents() -> None:
    outside = Counter(door.name for door in DOORS if door.access is not Access.INSIDE)
    assert Counter(route.name for route in ROUTES) == outside + Counter(route.name for route in DOCUMENTS)


def test_gateway_when_asked_for_an_inside_door_then_there_is_none(stack: Any) -> None:
    token = stack.sign_up().transport.tokens.access
    for door in DOORS:
        if door.access is Access.INSIDE:
            path = door.path or f"/{door.rpc}"
            for headers, status in (({}, 401), ({"Authorization": f"Bearer {token}"}, 404)):
                answer = httpx.post(stack.url + path, headers=headers)
                assert answer.status_code == status, f"{door.name}: {answer.text}"


def test_gateway_when_a_path_is_not_in_the_table_then_it_is_refused(stack: Any) -> None:
    headers = {"Authorization": f"Bearer {stack.sign_up().transport.tokens.access}"}
    for path in ("/health/ready", "/internal", "/api/v1/nlp/x", f"/{uuid4()}"):
        assert httpx.post(stack.url + path, headers=headers).status_code == 404
        assert httpx.post(stack.url + path).status_code == 401


def test_permissions_when_compared_then_every_one_opens_a_door_and_some_role_has_it() -> None:
    asked = {door.permission for door in DOORS if door.permission is not None}
    public = frozenset().union(*(granted for role, granted in ROLES.items() if role != INTERNAL))
    assert asked == set(Permission)
    assert public == set(Permission)
    assert ROLES[INTERNAL] <= set(Permission)


def test_door_when_public_then_it_asks_for_no_permission() -> None:
    assert [door.name for door in DOORS if door.access is Access.PUBLIC and door.permission is not None] == []


def test_door_when_it_is_an_rpc_then_its_verb_says_whether_it_is_audited() -> None:
    said = {door.rpc: not door.rpc.rpartition("/")[2].startswith(READ_VERBS) for door in rpc_doors()}
    assert said == {door.rpc: door.writes for door in rpc_doors()}


def test_door_when_it_is_a_rest_route_then_its_method_says_whether_it_is_audited() -> None:
    for door in rest_doors():
        asks = door.method == "GET" or any(door.path.endswith(end) for end in TAKEN_AS_READ.get(door.method, ()))
        inside_token = door.access is Access.INSIDE
        assert asks or door.writes or inside_token, f"{door.name} changes something, and nothing says so"
        assert not (asks and door.writes), f"{door.name} only asks"
