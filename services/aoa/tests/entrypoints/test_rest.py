import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aos_common.testing import Issuer

RUNS = "/api/v1/aoa/runs"
ANY = "018f0000-0000-7000-8000-000000000001"
ROUTES = [
    ("POST", RUNS),
    ("GET", RUNS),
    ("GET", f"{RUNS}/{ANY}"),
    ("POST", f"{RUNS}/{ANY}/cancel"),
    ("GET", "/api/v1/aoa/agents"),
    ("GET", "/api/v1/aoa/findings"),
]


async def _start(client: httpx.AsyncClient, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await client.post(RUNS, json=body, headers=headers)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, headers={"x-tenant-id": str(uuid4())})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_run_when_another_tenant_asks_then_it_does_not_exist(client: httpx.AsyncClient, issuer: Issuer) -> None:
    mine, other = issuer.headers(uuid4()), issuer.headers(uuid4())
    run_id = (await _start(client, mine)).json()["id"]
    assert (await client.get(f"{RUNS}/{run_id}", headers=mine)).status_code == 200
    for answer in (
        await client.get(f"{RUNS}/{run_id}", headers=other),
        await client.post(f"{RUNS}/{run_id}/cancel", headers=other),
        await client.get(f"/api/v1/aoa/findings?run_id={run_id}", headers=other),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (404, "RUN_UNKNOWN")
    assert (await client.get(RUNS, headers=other)).json()["runs"] == []
    assert (await client.get("/api/v1/aoa/findings", headers=other)).json() == {"run_id": "", "findings": []}
    assert (await _start(client, other)).status_code == 201, "the other tenant's pipeline is its own"


async def test_start_when_a_run_is_active_then_409_names_it(client: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = issuer.headers(uuid4())
    first = (await _start(client, headers)).json()
    second = await _start(client, headers)
    body = second.json()
    assert (second.status_code, body["reason"], body["run_id"]) == (409, "RUN_ACTIVE", first["id"])
    assert [run["id"] for run in (await client.get(RUNS, headers=headers)).json()["runs"]] == [first["id"]]


async def test_start_when_many_come_at_once_then_one_wins(client: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = issuer.headers(uuid4())
    answers = await asyncio.gather(*(_start(client, headers) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_start_when_the_request_is_repeated_then_it_is_the_same_run(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    headers = issuer.headers(uuid4())
    answers = await asyncio.gather(*(_start(client, headers, request_id="r1") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_start_when_the_caller_may_only_read_then_403(client: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await _start(client, issuer.headers(uuid4(), "viewer"))
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("path", "status"), [(f"{RUNS}/nonsense", 422), (f"{RUNS}?page_size=999", 422), (f"{RUNS}?page_token=x", 422)]
)
async def test_read_when_an_argument_is_wrong_then_it_says_so(
    client: httpx.AsyncClient, issuer: Issuer, path: str, status: int
) -> None:
    answer = await client.get(path, headers=issuer.headers(uuid4()))
    assert (answer.status_code, answer.json()["reason"]) == (status, "INVALID_REQUEST")


async def test_start_when_a_connection_is_no_uuid_then_422(client: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await _start(client, issuer.headers(uuid4()), connection_ids=["x"])
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")


async def test_cancel_when_no_worker_has_taken_the_run_then_another_can_start_after_it(
    world: Any, working: httpx.AsyncClient, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    headers = issuer.headers(tenant)
    run_id = (await _start(working, headers)).json()["id"]

    async def over() -> bool:
        run = (await working.get(f"{RUNS}/{run_id}", headers=headers)).json()
        return bool(run["state"] != "running")

    await until(over)
    answer = await working.post(f"{RUNS}/{run_id}/cancel", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (409, "RUN_ENDED")


async def test_list_when_there_are_pages_then_they_follow_each_other(
    working: httpx.AsyncClient, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    headers = issuer.headers(tenant)
    started: list[str] = []

    async def started_one() -> bool:
        answer = await _start(working, headers)
        started.extend([answer.json()["id"]] if answer.status_code == 201 else [])
        return answer.status_code == 201

    for _ in range(3):
        await until(started_one)
    first = (await working.get(f"{RUNS}?page_size=2", headers=headers)).json()
    rest = (await working.get(f"{RUNS}?page_size=2&page_token={first['next_page_token']}", headers=headers)).json()
    assert [run["id"] for run in first["runs"] + rest["runs"]] == started[::-1]
    assert rest["next_page_token"] == ""


async def test_agents_when_listed_then_they_say_what_they_read(client: httpx.AsyncClient, issuer: Issuer) -> None:
    agents = (await client.get("/api/v1/aoa/agents", headers=issuer.headers(uuid4()))).json()["agents"]
    assert [agent["name"] for agent in agents] == ["finops", "revops"]
    assert agents[0]["consumes"] == ["cloud_cost"]
    assert set(agents[1]["consumes"]) == {"opportunity", "account", "contact", "product", "sales_rep"}


async def test_findings_when_the_agent_is_unknown_then_404(client: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await client.get("/api/v1/aoa/findings?agent=nobody", headers=issuer.headers(uuid4()))
    assert (answer.status_code, answer.json()["reason"]) == (404, "AGENT_UNKNOWN")
