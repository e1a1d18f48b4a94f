import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from identity.usecases.passwords.ask_reset import ANSWER_SECONDS

PASSWORD = "correct horse battery"
NEW = "another good sentence"


async def _change(person: Any, current: str, new: str) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await person.call("POST", "/password/change", json=body)


async def _reset(town: Any, ticket: str, password: str = NEW) -> httpx.Response:
    return await town.client.post("/api/v1/auth/password/reset", json={"ticket": ticket, "password": password})


async def _forgot(town: Any, email: str) -> httpx.Response:
    return await town.client.post("/api/v1/auth/password/forgot", json={"email": email})


async def test_change_when_anonymous_then_401(client: httpx.AsyncClient) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await client.post("/api/v1/auth/password/change", json=body)).status_code == 401


async def test_change_when_done_then_this_session_goes_on_and_the_others_end(town: Any) -> None:
    person, bystander = await town.owner(), await town.owner()
    other = (await town.sign_in(person.email)).json()["refresh_token"]
    assert (await _change(person, PASSWORD, NEW)).status_code == 204
    assert (await town.client.post("/api/v1/auth/refresh", json={"refresh_token": other})).status_code == 401
    await person.renew()
    assert (await town.sign_in(person.email)).status_code == 401
    assert (await town.sign_in(person.email, NEW)).status_code == 200
    assert (await town.sign_in(bystander.email)).status_code == 200
    assert "was changed" in (await town.mail(person.tenant_id, person.email)).subject


async def test_change_when_the_current_password_is_guessed_then_403_and_soon_429(town: Any) -> None:
    person = await town.owner()
    answers = [await _change(person, f"guess number {n}", NEW) for n in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert answers[0].json()["reason"] == "WRONG_PASSWORD"


@pytest.mark.parametrize(
    "password",
    ["password1234", "qwertyuiop123", "aaaaaaaaaaaa", "iloveyou1234", "short", "x" * 300],
)
async def test_change_when_the_password_is_easily_guessed_then_422(town: Any, password: str) -> None:
    person = await town.owner()
    answer = await _change(person, PASSWORD, password)
    assert answer.status_code == 422
    assert password not in answer.text


async def test_password_when_it_is_the_address_or_the_tenant_then_422(town: Any) -> None:
    email = f"{uuid4().hex}@example.com"
    for password in (email, email.partition("@")[0], "Quite A Long Name"):
        body = {"tenant_name": "Quite a long name", "email": email, "password": password}
        answer = await town.client.post("/api/v1/auth/register", json=body)
        assert (answer.status_code, answer.json()["reason"]) == (422, "PASSWORD_TOO_WEAK")


async def test_reset_when_done_then_every_session_ends_and_the_ticket_is_spent(town: Any) -> None:
    person = await town.owner()
    assert (await _forgot(town, person.email.upper())).status_code == 202
    ticket = await town.ticket(person.tenant_id, person.email)
    assert (await _reset(town, ticket, "password1234")).status_code == 422, "a weak one spends nothing"
    assert (await _reset(town, ticket)).status_code == 204
    assert (await _reset(town, ticket)).json()["reason"] == "TICKET_REFUSED"
    assert (await town.client.post("/api/v1/auth/refresh", json={"refresh_token": person.refresh})).status_code == 401
    assert (await town.sign_in(person.email)).status_code == 401
    assert (await town.sign_in(person.email, NEW)).status_code == 200


async def test_reset_when_guessed_or_expired_then_409(town: Any) -> None:
    person = await town.owner()
    await _forgot(town, person.email)
    ticket = await town.ticket(person.tenant_id, person.email)
    assert (await _reset(town, ticket.rpartition(".")[0] + ".guess")).json()["reason"] == "TICKET_REFUSED"
    async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
        await connection.execute(sa.text("UPDATE password_resets SET expires_at = now() - interval '1 second'"))
    assert (await _reset(town, ticket)).json()["reason"] == "TICKET_REFUSED"


async def test_forgot_when_nobody_has_the_address_then_the_answer_and_its_time_are_the_same(town: Any) -> None:
    person = await town.owner()
    answers, times = [], []
    for email in (person.email, f"{uuid4().hex}@example.com"):
        began = time.monotonic()
        answers.append(await _forgot(town, email))
        times.append(time.monotonic() - began)
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 2
    assert all(ANSWER_SECONDS <= taken < ANSWER_SECONDS + 0.25 for taken in times), times


async def test_forgot_when_asked_often_then_five_mails_an_hour_go_out(town: Any) -> None:
    person = await town.owner()
    answers = await asyncio.gather(*(_forgot(town, person.email) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    query = sa.text("SELECT count(*) FROM mail_outbox WHERE recipient = :to")
    async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
        assert (await connection.execute(query, {"to": person.email})).scalar_one() == 5


async def test_reset_when_the_password_was_changed_meanwhile_then_the_ticket_is_dead(town: Any) -> None:
    person = await town.owner()
    await _forgot(town, person.email)
    ticket = await town.ticket(person.tenant_id, person.email)
    assert (await _change(person, PASSWORD, NEW)).status_code == 204
    assert (await _reset(town, ticket, "yet another sentence")).json()["reason"] == "TICKET_REFUSED"


async def test_mail_when_stored_then_the_database_holds_no_ticket(town: Any) -> None:
    person = await town.owner()
    await _forgot(town, person.email)
    ticket = await town.ticket(person.tenant_id, person.email)
    secret = ticket.rpartition(".")[2].encode()
    for table in ("mail_outbox", "password_resets", "jobs", "outbox"):
        async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
            rows = (await connection.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars().all()
        assert all(secret not in row.encode() and secret.hex() not in row for row in rows)
