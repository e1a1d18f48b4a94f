"""What a service's OpenAPI document allows, and much that it forbids, is answered as documented and never by a 5xx.

Schemathesis makes the requests, in a tenant that is thrown away. A third of them name things that the tenant has, so
that not all end at "no such id"; operations that take things away come last.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import schemathesis
from aos import Client
from aos_access.doors import SERVICES, Live, rest_doors
from aos_gateway.routes import DOCUMENTS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.conftest import PASSWORD, ROOT
from tests.integration.isolation.owner import Owner, plant

EXAMPLES = int(os.environ.get("AOS_SCHEMA_EXAMPLES", "20"))
"""Requests an operation."""
CONSOLE = ROOT / "console" / "openapi"
HELD: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAMS = {door.name for door in rest_doors() if door.live is not Live.NO}
"""Not asked: their answers do not end before the token does."""
LAST = {"get": 0, "put": 1, "post": 1, "delete": 2}
ASKS_FOR_PASSWORD = ("/password/", "/totp")
"""After some wrong ones nobody signs in to the account for a while, so these are asked by somebody else."""


@pytest.fixture(scope="module")
def owner(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with psycopg.connect(stack.platform.postgres_admin_url(), dbname="autonomos", autocommit=True) as admin:
        planted = plant(stack, admin, tmp_path_factory.mktemp("schemas"))
        # It was written by hand, with a client secret that nobody sealed: no answer could be made of it.
        admin.execute("DELETE FROM identity.identity_providers WHERE id = %s", [planted.ids.pop("provider_id")])
        yield planted


@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", SERVICES)
def test_service_when_asked_what_its_document_allows_or_forbids_then_it_answers_as_documented(
    stack: Any, owner: Owner, service: str
) -> None:
    document = httpx.get(stack.url + _document(service)).json()
    taken = json.loads((CONSOLE / f"{service}.json").read_text())
    assert taken == document, "the console's types come from another document: `aos up`, then `make openapi`"
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    asked = [one for one in operations if one.label not in STREAMS]
    answers: Counter[int] = Counter()
    token = ""
    for operation in sorted(asked, key=lambda one: LAST[one.method]):
        if any(part in operation.path for part in ASKS_FOR_PASSWORD):
            asking = str(stack.sign_up().transport.tokens.access)
        else:
            asking = token = _token(stack, owner, token)
        _try(stack.url, operation, asking, _known(service, operation, owner), answers)
    assert answers.total() > len(asked)
    assert {200, 422} <= set(answers), answers
    assert max(answers) < 500, answers


def _try(url: str, operation: Any, token: str, known: dict[str, str], answers: Counter[int]) -> None:
    """Send requests to one operation; the first answer that is not as documented fails with how to repeat it."""
    cases = operation.as_strategy(GenerationMode.POSITIVE)
    if operation.body or operation.query:
        cases |= operation.as_strategy(GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases, st.sampled_from(["known", "unknown", "anything"]))
    def one(case: Any, named: str) -> None:
        if named != "anything":
            case.path_parameters = {
                name: known[name] if named == "known" and name in known else str(uuid4())
                for name in case.path_parameters
            }
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        answers[answer.status_code] += 1
        case.validate_response(answer, checks=HELD)

    one()


def _document(service: str) -> str:
    return next(route.path for route in DOCUMENTS if route.service == service and route.path.endswith("openapi.json"))


def _known(service: str, operation: Any, owner: Owner) -> dict[str, str]:
    names = [parameter.name for parameter in operation.path_parameters]
    found = {name: owner.ids.get(f"{service}.{name}", owner.ids.get(name, "")) for name in names}
    return {name: value for name, value in found.items() if value}


def _token(stack: Any, owner: Owner, token: str) -> str:
    """The token, or that of a new sign-in: what was tried before may have ended every session."""
    me = httpx.get(f"{stack.url}/api/v1/auth/me", headers={"Authorization": f"Bearer {token or 'none'}"})
    if me.status_code == 200:
        return token
    with Client(stack.url) as client:
        client.sign_in(owner.email, PASSWORD)
        assert client.transport.tokens is not None
        return str(client.transport.tokens.access)
