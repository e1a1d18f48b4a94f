"""R1 within a tenant: each role passes the doors that the permission table opens to it, and no other."""

import itertools
import time
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aos_access.doors import DOORS, Access, Door
from aos_access.roles import INTERNAL, ROLES

from tests.integration.helpers import wait_until
from tests.integration.isolation.asking import Ask, Asking
from tests.integration.isolation.callers import PUBLIC_ROLES, Caller, program
from tests.integration.isolation.wire import Answer, Wire, run_all, wire_to

CLOSED = "autonomos.identity.v1.AccountService/"
"""RPCs that ask for no token or are about oneself; they know no roles."""


@pytest.fixture(scope="module")
def team(stack: Any) -> dict[str, Caller]:
    """A caller of each role, all of one tenant: its owner, and programs."""
    owner = stack.sign_up()
    assert owner.views.list()  # opens the tenant's lake
    programs = {role: Caller(role, program(stack, owner, role)) for role in PUBLIC_ROLES if role != "owner"}
    return {"owner": Caller("owner", owner), **programs}


@pytest.fixture(scope="module")
def asking(documents: dict[str, Any], owner: Any) -> Asking:
    """Names things that nobody has, so that what a role may do has no effect."""
    ids = {name: str(uuid4()) if name.endswith("_id") else value for name, value in owner.ids.items()}
    return Asking(documents, ids)


def _asked(place: str) -> list[Door]:
    outside = [door for door in DOORS if door.access is Access.TOKEN]
    inside = [door for door in DOORS if door.access is Access.INSIDE and door.rpc and not door.rpc.startswith(CLOSED)]
    return outside if place == "gateway" else [*outside, *inside]


def _expected(role: str, door: Door) -> bool:
    return door.permission is None or door.permission in ROLES[role]


def _wrong(role: str, door: Door, answer: Answer) -> str:
    """Say what is wrong with an answer, "" for nothing."""
    if answer.status >= 500 or answer.status == 429 or (answer.status == 401 and door.permission is not None):
        return f"{role}: {door.name}: {answer.status} {answer.text[-200:]!r}"
    refused = _refused(answer)
    if refused == _expected(role, door):
        return f"{role}: {door.name}: {'refused' if refused else 'let in'}: {answer.text[-200:]!r}"
    return ""


def _refused(answer: Answer) -> bool:
    """Whether it was the permission table that refused: a wrong password is forbidden, too, to whoever may try it."""
    return answer.status == 403 and b"needs the permission" in answer.text


@pytest.mark.timeout(600)
async def test_doors_when_tried_by_every_role_then_the_permission_table_decides(
    stack: Any, team: dict[str, Caller], asking: Asking, quiet: None
) -> None:
    wrong: list[str] = []
    refused: set[str] = set()

    async def attempt(wire: Wire, ask: Ask, place: str, caller: Caller) -> None:
        answer = await wire.send(ask, place, caller.token)
        if _refused(answer):
            refused.add(ask.door.name)
        wrong.append(_wrong(caller.name, ask.door, answer))

    async with wire_to(stack) as wire:
        jobs = [
            partial(attempt, wire, asking.ask(door), place, caller)
            for place in ("gateway", "direct")
            for door, caller in itertools.product(_asked(place), team.values())
        ]
        seconds = await run_all(jobs)
    print(f"\nR1, roles: {sum(wire.sent.values())} requests in {seconds:.0f} s, {dict(wire.sent)}")
    assert not any(wrong), "\n".join(filter(None, wrong))
    _see_refusals(team["owner"], refused)


def _see_refusals(owner: Caller, refused: set[str]) -> None:
    """Every door that refused a role is in the tenant's audit log as such."""

    def missing() -> set[str]:
        kept = owner.client.audit.entries(outcome="denied")
        return refused - {entry["action"] for entry in kept if entry["reason"] == "PERMISSION_DENIED"}

    assert refused
    wait_until(missing, lambda left: not left, 60)
    assert owner.client.audit.verification()["whole"]


@pytest.fixture
def service_token(stack: Any, team: dict[str, Caller]) -> str:
    """What AAM gets from identity for its work in the tenant."""
    secret = (stack.platform.settings.home.secrets / "client-aam").read_text().strip()
    form = {"grant_type": "client_credentials", "client_id": "aam", "client_secret": secret}
    form |= {"tenant_id": team["owner"].client.me()["tenant_id"]}
    answer = httpx.post(f"http://127.0.0.1:{stack.port('identity')}/oauth2/token", data=form)
    return str(answer.raise_for_status().json()["access_token"])


async def test_doors_when_tried_by_a_service_then_the_gateway_refuses_and_services_ask_the_table(
    stack: Any, asking: Asking, service_token: str
) -> None:
    wrong: list[str] = []

    async def attempt(wire: Wire, door: Door, place: str) -> None:
        answer = await wire.send(asking.ask(door), place, service_token)
        if place == "direct":
            wrong.append(_wrong(INTERNAL, door, answer))
        elif answer.status not in (401, 403):
            wrong.append(f"{door.name} let a service in from outside: {answer.status}")

    async with wire_to(stack) as wire:
        places = [(door, place) for place in ("gateway", "direct") for door in _asked(place)]
        await run_all([partial(attempt, wire, door, place) for door, place in places if _has_user(door, place)])
    assert not any(wrong), "\n".join(filter(None, wrong))


def _has_user(door: Door, place: str) -> bool:
    """A service is nobody: what a user does with their own account it cannot do, which each route says in its way."""
    return place == "gateway" or door.permission is not None


def test_change_when_made_through_any_door_then_the_audit_log_has_it_exactly_once(
    stack: Any, team: dict[str, Caller], asking: Asking
) -> None:
    owner, began = team["owner"], time.time_ns() // 1000
    made = [owner.client.service_accounts.create(f"robot {uuid4().hex}", ["viewer"]) for _ in range(3)]
    scans = [owner.client.discovery.scan("/nowhere/at/all", uuid4().hex) for _ in range(3)]
    assert len({one["id"] for one in [*made, *scans]}) == 6
    ours = owner.client.me()["id"]
    for action, least in (("POST /api/v1/auth/service-accounts", 3), ("POST /api/v1/aod/scans", 3)):
        told = partial(_changes, owner, action, ours, began)
        calls = [entry["call_id"] for entry in wait_until(told, lambda found, least=least: len(found) >= least, 30)]
        assert len(set(calls)) == len(calls) == least
    for _ in range(2):
        headers = {"Authorization": f"Bearer {owner.token}", "Idempotency-Key": "the same"}
        body = {"location": "/nowhere/at/all"}
        httpx.post(f"{stack.url}/api/v1/aod/scans", headers=headers, json=body).raise_for_status()
    found = wait_until(partial(_changes, owner, "POST /api/v1/aod/scans", ours, began), lambda now: len(now) > 3, 30)
    assert len(found) == 4, "the repeated request changed nothing"


def _changes(owner: Caller, action: str, actor: str, since_us: int) -> list[Any]:
    """Changes of this test: those of an earlier one may still be on their way to the log."""
    entries = owner.client.audit.entries(actor=actor, action=action, outcome="changed")
    return [entry for entry in entries if entry["action"] == action and entry["occurred_at_us"] >= since_us]
