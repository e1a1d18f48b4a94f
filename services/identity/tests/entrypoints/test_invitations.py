import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa

PASSWORD = "correct horse battery"


async def _accept(town: Any, ticket: str, password: str = PASSWORD) -> httpx.Response:
    return await town.client.post("/api/v1/auth/invitations/accept", json={"ticket": ticket, "password": password})


async def test_invitations_when_another_tenant_asks_then_it_sees_none_and_withdraws_none(town: Any) -> None:
    mine, other = await town.owner(), await town.owner()
    invited = (await mine.call("POST", "/invitations", json={"email": "a@b.example", "roles": ["viewer"]})).json()
    assert (await other.call("GET", "/invitations")).json()["invitations"] == []
    assert (await other.call("DELETE", f"/invitations/{invited['id']}")).status_code == 404
    assert [one["id"] for one in (await mine.call("GET", "/invitations")).json()["invitations"]] == [invited["id"]]


async def test_invitation_when_accepted_then_the_user_has_its_roles_in_the_hosts_tenant(town: Any) -> None:
    owner = await town.owner()
    person = await town.join(owner, "operator", "agent")
    me = (await person.call("GET", "/me")).json()
    assert (me["tenant_id"], me["roles"]) == (owner.tenant_id, ["operator", "agent"])
    assert (await town.sign_in(person.email)).status_code == 200
    assert (await owner.call("GET", "/invitations")).json()["invitations"] == []


async def test_invitation_when_listed_then_its_ticket_is_not_told(town: Any) -> None:
    owner = await town.owner()
    answer = await owner.call("POST", "/invitations", json={"email": "a@b.example", "roles": ["viewer"]})
    ticket = await town.ticket(owner.tenant_id, "a@b.example")
    secret = ticket.rpartition(".")[2]
    assert secret not in answer.text
    assert secret not in (await owner.call("GET", "/invitations")).text


async def test_invitation_when_used_twice_at_once_then_one_user_comes_of_it(town: Any) -> None:
    owner = await town.owner()
    email = f"{uuid4().hex}@example.com"
    await owner.call("POST", "/invitations", json={"email": email, "roles": ["viewer"]})
    ticket = await town.ticket(owner.tenant_id, email)
    answers = await asyncio.gather(*(_accept(town, ticket) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await _accept(town, ticket)).json()["reason"] == "TICKET_REFUSED"


async def test_invitation_when_guessed_replaced_withdrawn_or_expired_then_409(town: Any) -> None:
    owner = await town.owner()
    body = {"email": f"{uuid4().hex}@example.com", "roles": ["viewer"]}
    await owner.call("POST", "/invitations", json=body)
    first = await town.ticket(owner.tenant_id, body["email"])
    await owner.call("POST", "/invitations", json=body)
    second = await town.ticket(owner.tenant_id, body["email"])
    guess = second.rpartition(".")[0] + ".guess"
    for ticket in (first, guess, "no ticket", f"{uuid4().hex}.{uuid4().hex}.x"):
        assert (await _accept(town, ticket)).json()["reason"] == "TICKET_REFUSED"
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        await connection.execute(
            sa.text("UPDATE invitations SET expires_at = :then"), {"then": datetime.now(UTC) - timedelta(seconds=1)}
        )
    assert (await _accept(town, second)).json()["reason"] == "TICKET_REFUSED"
    third = (await owner.call("POST", "/invitations", json=body)).json()
    ticket = await town.ticket(owner.tenant_id, body["email"])
    assert (await owner.call("DELETE", f"/invitations/{third['id']}")).status_code == 204
    assert (await _accept(town, ticket)).json()["reason"] == "TICKET_REFUSED"


async def test_invitation_when_the_password_is_weak_then_it_can_be_accepted_with_another(town: Any) -> None:
    owner = await town.owner()
    email = f"{uuid4().hex}@example.com"
    await owner.call("POST", "/invitations", json={"email": email, "roles": ["viewer"]})
    ticket = await town.ticket(owner.tenant_id, email)
    assert (await _accept(town, ticket, "password1234")).json()["reason"] == "PASSWORD_TOO_WEAK"
    assert (await _accept(town, ticket)).status_code == 201


async def test_invitation_when_the_address_is_another_tenants_user_then_only_the_guest_learns_it(town: Any) -> None:
    mine, other = await town.owner(), await town.owner()
    invited = await mine.call("POST", "/invitations", json={"email": other.email, "roles": ["viewer"]})
    assert invited.status_code == 201, "whoever invites cannot find out who has accounts elsewhere"
    answer = await _accept(town, await town.ticket(mine.tenant_id, other.email))
    assert (answer.status_code, answer.json()["reason"]) == (409, "EMAIL_TAKEN")
    assert (await other.call("GET", "/me")).json()["tenant_id"] == other.tenant_id
    again = await mine.call("POST", "/invitations", json={"email": mine.email, "roles": ["viewer"]})
    assert again.json()["reason"] == "EMAIL_TAKEN"


async def test_invitation_when_a_program_invites_then_403(town: Any) -> None:
    owner = await town.owner()
    made = (await owner.call("POST", "/service-accounts", json={"name": "robot", "roles": ["admin"]})).json()
    key = (await owner.call("POST", f"/service-accounts/{made['id']}/keys", json={"name": "k"})).json()["key"]
    token = (await town.client.post("/api/v1/auth/token", json={"api_key": key})).json()["access_token"]
    answer = await town.client.post(
        "/api/v1/auth/invitations",
        json={"email": "a@b.example", "roles": ["viewer"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")
