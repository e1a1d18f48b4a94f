import asyncio
from typing import Any

import httpx
import jwt
import pytest
from autonomos.events.v1.revocation_pb2 import RevocationEvent

NOBODY = "00000000-0000-7000-8000-000000000000"
READS = [("GET", "/users"), ("GET", f"/users/{NOBODY}"), ("GET", "/invitations")]
WRITES = [
    ("PUT", f"/users/{NOBODY}/roles"),
    ("POST", f"/users/{NOBODY}/disable"),
    ("POST", f"/users/{NOBODY}/enable"),
    ("DELETE", f"/users/{NOBODY}/sessions"),
    ("DELETE", f"/users/{NOBODY}"),
    ("POST", "/invitations"),
    ("DELETE", f"/invitations/{NOBODY}"),
]
BODY = {"roles": ["viewer"], "email": "somebody@example.com"}


@pytest.mark.parametrize(("method", "path"), READS + WRITES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"/api/v1/auth{path}", json=BODY)
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_route_when_the_user_is_another_tenants_then_404_and_they_stay_as_they_were(town: Any) -> None:
    mine, other = await town.owner(), await town.owner()
    for method, path in (
        ("GET", ""),
        ("PUT", "/roles"),
        ("POST", "/disable"),
        ("POST", "/enable"),
        ("DELETE", "/sessions"),
        ("DELETE", ""),
    ):
        answer = await mine.call(method, f"/users/{other.id}{path}", json=BODY)
        assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND"), path
    assert (await other.call("GET", "/me")).json()["roles"] == ["owner"]
    assert [user["id"] for user in (await mine.call("GET", "/users")).json()["users"]] == [mine.id]


@pytest.mark.parametrize("role", ["operator", "viewer", "agent"])
async def test_route_when_the_role_does_not_manage_users_then_403(town: Any, role: str) -> None:
    person = await town.join(await town.owner(), role)
    for method, path in READS + WRITES:
        answer = await person.call(method, path, json=BODY)
        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED"), path


async def test_list_when_paged_then_every_user_comes_once(town: Any) -> None:
    owner = await town.owner()
    people = [owner, *[await town.join(owner, "viewer") for _ in range(4)]]
    seen, token = [], ""
    while True:
        page = (await owner.call("GET", "/users", params={"page_size": 2, "page_token": token})).json()
        seen += [user["email"] for user in page["users"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == [person.email for person in people]


async def test_roles_when_changed_then_the_tokens_are_revoked_and_new_ones_carry_them(town: Any) -> None:
    owner = await town.owner()
    viewer = await town.join(owner, "viewer")
    assert (await owner.call("PUT", f"/users/{viewer.id}/roles", json={"roles": ["operator"]})).status_code == 200
    event = RevocationEvent.FromString((await town.revocations(owner.tenant_id))[-1])
    old = jwt.decode(viewer.access, options={"verify_signature": False})
    assert (event.subject, event.session_id) == (viewer.id, "")
    assert old["iat"] <= event.not_before
    await viewer.renew()
    new = jwt.decode(viewer.access, options={"verify_signature": False})
    assert new["roles"] == ["operator"]
    assert new["iat"] > event.not_before, "a token issued in the same second is not refused with the old ones"
    assert (await viewer.call("GET", "/me")).status_code == 200


async def _roles(who: Any, whom: Any, *roles: str) -> tuple[int, str]:
    answer = await who.call("PUT", f"/users/{whom.id}/roles", json={"roles": list(roles)})
    return answer.status_code, answer.json().get("reason", "")


async def test_roles_when_somebody_would_give_more_than_they_have_then_403(town: Any) -> None:
    owner = await town.owner()
    admin, viewer = await town.join(owner, "admin"), await town.join(owner, "viewer")
    refused = (403, "ROLE_NOT_YOURS")
    assert await _roles(admin, admin, "owner") == refused, "nobody raises themselves"
    assert await _roles(admin, viewer, "owner") == refused
    assert await _roles(admin, owner, "viewer") == refused, "owners are the owners' business"
    for method, path in (("POST", "/disable"), ("DELETE", ""), ("DELETE", "/sessions")):
        answer = await admin.call(method, f"/users/{owner.id}{path}")
        assert (answer.status_code, answer.json()["reason"]) == refused
    assert (await admin.call("POST", "/invitations", json={"email": "a@b.example", "roles": ["owner"]})).json()[
        "reason"
    ] == "ROLE_NOT_YOURS"
    assert await _roles(admin, viewer, "admin") == (200, "")
    assert await _roles(owner, viewer, "owner") == (200, "")


@pytest.mark.parametrize("roles", [[], ["service"], ["owner", "god"], ["Owner"]])
async def test_roles_when_one_is_unknown_then_422(town: Any, roles: list[str]) -> None:
    owner = await town.owner()
    assert await _roles(owner, owner, *roles) == (422, "ROLE_UNKNOWN")


async def test_owner_when_the_last_then_cannot_leave(town: Any) -> None:
    owner = await town.owner()
    refused = (409, "LAST_OWNER")
    assert await _roles(owner, owner, "admin") == refused
    for method, path in (("POST", "/disable"), ("DELETE", "")):
        answer = await owner.call(method, f"/users/{owner.id}{path}")
        assert (answer.status_code, answer.json()["reason"]) == refused


async def test_owners_when_the_last_two_leave_at_once_then_one_stays(town: Any) -> None:
    first = await town.owner()
    second = await town.join(first, "owner")
    answers = await asyncio.gather(_roles(first, first, "viewer"), _roles(second, second, "viewer"))
    assert sorted(answers) == [(200, ""), (409, "LAST_OWNER")]


async def test_disable_when_done_then_sessions_end_and_nobody_signs_in_until_enabled(town: Any) -> None:
    owner = await town.owner()
    viewer = await town.join(owner, "viewer")
    disabled = (await owner.call("POST", f"/users/{viewer.id}/disable")).json()
    assert disabled["disabled"] is True
    renewed = await town.client.post("/api/v1/auth/refresh", json={"refresh_token": viewer.refresh})
    assert (renewed.status_code, renewed.json()["reason"]) == (401, "SESSION_ENDED")
    assert (await town.sign_in(viewer.email)).json()["reason"] == "USER_DISABLED"
    assert (await town.sign_in(viewer.email, "not this one")).json()["reason"] == "WRONG_CREDENTIALS"
    assert RevocationEvent.FromString((await town.revocations(owner.tenant_id))[-1]).subject == viewer.id
    await owner.call("POST", f"/users/{viewer.id}/enable")
    assert (await town.sign_in(viewer.email)).status_code == 200


async def test_remove_when_done_then_they_are_gone_and_their_address_is_free(town: Any) -> None:
    owner = await town.owner()
    viewer = await town.join(owner, "viewer")
    assert (await owner.call("DELETE", f"/users/{viewer.id}")).status_code == 204
    assert (await owner.call("GET", f"/users/{viewer.id}")).status_code == 404
    assert (await town.sign_in(viewer.email)).json()["reason"] == "WRONG_CREDENTIALS"
    assert RevocationEvent.FromString((await town.revocations(owner.tenant_id))[-1]).subject == viewer.id
    again = {"tenant_name": "Own", "email": viewer.email, "password": "correct horse battery"}
    assert (await town.client.post("/api/v1/auth/register", json=again)).status_code == 201


async def test_sessions_of_a_user_when_an_admin_ends_them_then_all_are_dead(town: Any) -> None:
    owner = await town.owner()
    viewer = await town.join(owner, "viewer")
    await town.sign_in(viewer.email)
    assert (await owner.call("DELETE", f"/users/{viewer.id}/sessions")).json() == {"ended": 2}
    assert (await town.client.post("/api/v1/auth/refresh", json={"refresh_token": viewer.refresh})).status_code == 401


async def test_route_when_an_id_is_none_then_422(town: Any) -> None:
    owner = await town.owner()
    answer = await owner.call("GET", "/users/nobody")
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
