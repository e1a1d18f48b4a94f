import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
import sqlalchemy as sa
from autonomos.events.v1.revocation_pb2 import RevocationEvent
from identity.domain.session import GRACE, RefreshToken, Verdict, judge

NOBODY = "00000000-0000-7000-8000-000000000000"


async def _refresh(town: Any, token: str) -> httpx.Response:
    return await town.client.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def _age(town: Any, person: Any) -> None:
    """Let the grace of every used token pass."""
    then = datetime.now(UTC) - GRACE - timedelta(seconds=1)
    async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
        await connection.execute(
            sa.text("UPDATE refresh_tokens SET used_at = :then WHERE used_at IS NOT NULL"), {"then": then}
        )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", f"/sessions/{NOBODY}")]
)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, f"/api/v1/auth{path}")).status_code == 401


async def test_session_when_it_is_somebody_elses_then_404_and_it_goes_on(town: Any) -> None:
    owner = await town.owner()
    colleague, stranger = await town.join(owner, "viewer"), await town.owner()
    session = jwt.decode(owner.access, options={"verify_signature": False})["sid"]
    for other in (colleague, stranger):
        assert session not in (await other.call("GET", "/sessions")).text
        assert (await other.call("DELETE", f"/sessions/{session}")).status_code == 404
    await owner.renew()


async def test_sessions_when_listed_then_each_tells_where_it_came_from(town: Any) -> None:
    person = await town.owner()
    headers = {"user-agent": "my laptop", "x-forwarded-for": "6.6.6.6, 192.0.2.7", "x-tenant-id": str(uuid4())}
    body = {"email": person.email, "password": "correct horse battery"}
    await town.client.post("/api/v1/auth/login", json=body, headers=headers)
    listed = (await person.call("GET", "/sessions")).json()["sessions"]
    assert len(listed) == 2
    assert (listed[0]["user_agent"], listed[0]["address"]) == ("my laptop", "192.0.2.7")
    assert [one["current"] for one in listed] == [False, True]
    outside = headers | {"x-envoy-external-address": "198.51.100.4"}
    await town.client.post("/api/v1/auth/login", json=body, headers=outside)
    assert (await person.call("GET", "/sessions")).json()["sessions"][0]["address"] == "198.51.100.4"


async def test_session_when_ended_then_it_renews_no_more_and_its_tokens_are_revoked(town: Any) -> None:
    person = await town.owner()
    other = (await town.sign_in(person.email)).json()
    session = jwt.decode(other["access_token"], options={"verify_signature": False})["sid"]
    assert (await person.call("DELETE", f"/sessions/{session}")).status_code == 204
    assert (await _refresh(town, other["refresh_token"])).status_code == 401
    event = RevocationEvent.FromString((await town.revocations(person.tenant_id))[-1])
    assert (event.subject, event.session_id) == ("", session)
    await person.renew()


async def test_sessions_when_the_others_are_ended_then_this_one_stays(town: Any) -> None:
    person = await town.owner()
    others = [(await town.sign_in(person.email)).json()["refresh_token"] for _ in range(3)]
    assert (await person.call("DELETE", "/sessions")).json() == {"ended": 3}
    assert {(await _refresh(town, token)).status_code for token in others} == {401}
    await person.renew()


async def test_refresh_when_the_answer_was_lost_then_the_token_works_again_for_a_moment(town: Any) -> None:
    person = await town.owner()
    lost = (await _refresh(town, person.refresh)).json()["refresh_token"]
    again = await _refresh(town, person.refresh)
    assert again.status_code == 200
    assert again.json()["refresh_token"] != lost
    assert (await _refresh(town, again.json()["refresh_token"])).status_code == 200


async def test_refresh_when_the_replaced_successor_turns_up_then_the_session_ends(town: Any) -> None:
    person = await town.owner()
    replaced = (await _refresh(town, person.refresh)).json()["refresh_token"]
    again = (await _refresh(town, person.refresh)).json()["refresh_token"]
    assert (await _refresh(town, replaced)).status_code == 401
    assert (await _refresh(town, again)).status_code == 401
    session = jwt.decode(person.access, options={"verify_signature": False})["sid"]
    assert RevocationEvent.FromString((await town.revocations(person.tenant_id))[-1]).session_id == session


async def test_refresh_when_the_successor_was_used_then_using_the_token_again_ends_the_session(town: Any) -> None:
    person = await town.owner()
    second = (await _refresh(town, person.refresh)).json()["refresh_token"]
    third = (await _refresh(town, second)).json()["refresh_token"]
    assert (await _refresh(town, person.refresh)).status_code == 401
    assert (await _refresh(town, third)).status_code == 401


async def test_refresh_when_the_grace_is_over_then_using_a_token_twice_ends_the_session(town: Any) -> None:
    person = await town.owner()
    second = (await _refresh(town, person.refresh)).json()["refresh_token"]
    await _age(town, person)
    assert (await _refresh(town, person.refresh)).status_code == 401
    assert (await _refresh(town, second)).status_code == 401


async def test_refresh_when_many_come_at_once_then_one_lineage_of_tokens_survives(town: Any) -> None:
    person = await town.owner()
    answers = await asyncio.gather(*(_refresh(town, person.refresh) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}, "each found the one before unused"
    async with town.database.tenant_tx(UUID(person.tenant_id)) as connection:
        unused = sa.text("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL")
        assert (await connection.execute(unused)).scalar_one() == 1


async def test_refresh_when_a_session_is_ended_meanwhile_then_nothing_breaks(town: Any) -> None:
    person = await town.owner()
    session = jwt.decode(person.access, options={"verify_signature": False})["sid"]
    answers = await asyncio.gather(
        _refresh(town, person.refresh), person.call("DELETE", f"/sessions/{session}"), _refresh(town, person.refresh)
    )
    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    assert (await _refresh(town, person.refresh)).status_code == 401


async def test_sessions_when_there_are_too_many_then_the_oldest_ends(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("identity.adapters.postgres.sessions.MAX_SESSIONS", 3)
    person = await town.owner()
    kept = [(await town.sign_in(person.email)).json()["refresh_token"] for _ in range(3)]
    assert (await _refresh(town, person.refresh)).status_code == 401
    assert {(await _refresh(town, token)).status_code for token in kept} == {200}


def test_judge_when_a_token_expired_then_nothing_ends() -> None:
    now = datetime.now(UTC)
    token = RefreshToken(uuid4(), uuid4(), uuid4(), b"", now, used_at=now - timedelta(days=1))
    assert judge(token, None, now) is Verdict.EXPIRED
