import asyncio
from typing import Any
from uuid import UUID

import httpx
import pyotp
import pytest
import sqlalchemy as sa

PASSWORD = "correct horse battery"
NOBODY = "00000000-0000-7000-8000-000000000000"
ROUTES = [
    ("GET", "/totp"),
    ("POST", "/totp"),
    ("POST", "/totp/confirm"),
    ("POST", "/totp/disable"),
    ("DELETE", f"/users/{NOBODY}/totp"),
]


async def _on(person: Any) -> tuple[pyotp.TOTP, list[str]]:
    """Turn the second factor on; return the app and the recovery codes."""
    begun = await person.call("POST", "/totp", json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    app = pyotp.parse_uri(begun.json()["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == begun.json()["secret"]
    done = await person.call("POST", "/totp/confirm", json={"code": app.now()})
    assert done.status_code == 200, done.text
    return app, done.json()["recovery_codes"]


async def _forget_step(town: Any, person: Any) -> None:
    """Let the code of this half minute count as unused."""
    async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
        await connection.execute(sa.text("UPDATE totp_secrets SET last_step = 0"))


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"/api/v1/auth{path}", json={"password": "x", "code": "1"})
    assert answer.status_code == 401


async def test_totp_when_the_user_is_another_tenants_then_404_and_it_stays_on(town: Any) -> None:
    mine, other = await town.owner(), await town.owner()
    await _on(other)
    assert (await mine.call("DELETE", f"/users/{other.id}/totp")).status_code == 404
    assert (await other.call("GET", "/totp")).json() == {"enabled": True, "recovery_codes_left": 10}
    assert (await mine.call("GET", "/totp")).json() == {"enabled": False, "recovery_codes_left": 0}


async def test_sign_in_when_the_factor_is_on_then_it_wants_a_code_once(town: Any) -> None:
    person = await town.owner()
    app, _ = await _on(person)
    without = await town.sign_in(person.email)
    assert (without.status_code, without.json()["reason"]) == (401, "TOTP_REQUIRED")
    assert (await town.sign_in(person.email, "not this one", totp=app.now())).json()["reason"] == "WRONG_CREDENTIALS"
    assert (await town.sign_in(person.email, totp=app.now())).json()["reason"] == "TOTP_REQUIRED", "it was confirmed so"
    await _forget_step(town, person)
    code = app.now()
    answers = await asyncio.gather(*(town.sign_in(person.email, totp=code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401], "no code works twice"


async def test_sign_in_when_the_app_is_lost_then_each_recovery_code_works_once(town: Any) -> None:
    person = await town.owner()
    _, recovery = await _on(person)
    assert len(set(recovery)) == 10
    assert (await town.sign_in(person.email, totp=recovery[0])).status_code == 200
    assert (await town.sign_in(person.email, totp=recovery[0])).status_code == 401
    typed = recovery[1].replace("-", " ").lower()
    assert (await town.sign_in(person.email, totp=typed)).status_code == 200
    assert (await person.call("GET", "/totp")).json() == {"enabled": True, "recovery_codes_left": 8}


async def test_sign_in_when_codes_are_guessed_then_429_also_for_the_right_one(town: Any) -> None:
    person = await town.owner()
    app, _ = await _on(person)
    await _forget_step(town, person)
    wrong = f"{(int(app.now()) + 500_000) % 1_000_000:06}"
    answers = [await town.sign_in(person.email, totp=wrong) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {401}
    assert (await town.sign_in(person.email, totp=app.now())).json()["reason"] == "TOO_MANY_ATTEMPTS"


async def test_totp_when_begun_and_not_confirmed_then_sign_in_goes_on_without(town: Any) -> None:
    person = await town.owner()
    assert (await person.call("POST", "/totp", json={"password": "not this one"})).status_code == 403
    first = (await person.call("POST", "/totp", json={"password": PASSWORD})).json()
    second = (await person.call("POST", "/totp", json={"password": PASSWORD})).json()
    assert first["secret"] != second["secret"]
    old = pyotp.TOTP(first["secret"]).now()
    refused = await person.call("POST", "/totp/confirm", json={"code": old})
    assert (refused.status_code, refused.json()["reason"]) == (403, "TOTP_WRONG")
    assert (await town.sign_in(person.email)).status_code == 200


async def test_totp_when_turned_off_then_it_takes_password_and_code(town: Any) -> None:
    person = await town.owner()
    app, recovery = await _on(person)
    await _forget_step(town, person)
    for body, reason in (
        ({"password": "not this one", "code": app.now()}, "WRONG_PASSWORD"),
        ({"password": PASSWORD, "code": "000000x"}, "TOTP_WRONG"),
    ):
        assert (await person.call("POST", "/totp/disable", json=body)).json()["reason"] == reason
    again = await person.call("POST", "/totp", json={"password": PASSWORD})
    assert (again.status_code, again.json()["reason"]) == (409, "TOTP_STATE")
    body = {"password": PASSWORD, "code": recovery[0]}
    assert (await person.call("POST", "/totp/disable", json=body)).status_code == 204
    assert (await town.sign_in(person.email)).status_code == 200
    assert (await person.call("POST", "/totp/disable", json=body)).json()["reason"] == "TOTP_STATE"


async def test_totp_when_lost_then_an_admin_turns_it_off_but_not_an_owners(town: Any) -> None:
    owner = await town.owner()
    admin, viewer = await town.join(owner, "admin"), await town.join(owner, "viewer")
    for person in (owner, viewer):
        await _on(person)
    assert (await viewer.call("DELETE", f"/users/{viewer.id}/totp")).status_code == 403
    assert (await admin.call("DELETE", f"/users/{owner.id}/totp")).json()["reason"] == "ROLE_NOT_YOURS"
    assert (await admin.call("DELETE", f"/users/{viewer.id}/totp")).status_code == 204
    assert (await town.sign_in(viewer.email)).status_code == 200


async def test_reset_when_the_factor_is_on_then_the_new_password_alone_does_not_sign_in(town: Any) -> None:
    person = await town.owner()
    await _on(person)
    await town.client.post("/api/v1/auth/password/forgot", json={"email": person.email})
    ticket = await town.ticket(person.tenant_id, person.email)
    body = {"ticket": ticket, "password": "another good sentence"}
    assert (await town.client.post("/api/v1/auth/password/reset", json=body)).status_code == 204
    assert (await town.sign_in(person.email, "another good sentence")).json()["reason"] == "TOTP_REQUIRED"


async def test_secret_when_stored_then_the_database_holds_neither_it_nor_a_recovery_code(town: Any) -> None:
    person = await town.owner()
    app, recovery = await _on(person)
    planted = [app.secret, *recovery, *(code.replace("-", "") for code in recovery)]
    for table in ("totp_secrets", "recovery_codes", "outbox"):
        async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
            rows = (await connection.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars().all()
        text = "".join(rows)
        assert not [one for one in planted if one in text or one.encode().hex() in text]
