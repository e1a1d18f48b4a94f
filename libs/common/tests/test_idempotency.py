"""`Idempotency-Key` over a real table: one effect, the same answer, and nothing readable at rest."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from aos_common.calls.idempotency import RETENTION_HOURS, Store
from aos_common.db import Database
from aos_common.errors import InvalidRequest, Overloaded
from aos_common.http import CurrentCaller, create_app
from aos_common.testing import Issuer
from aos_local.processes.ports import free_port
from fastapi import APIRouter
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

SECRET = "shown once"


class Body(BaseModel):
    name: str


class Orders:
    """Counts what its routes did; `gate` holds a request back."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.entered = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/orders", status_code=201)
        async def order(body: Body, caller: CurrentCaller) -> dict[str, str]:
            self.entered.set()
            await self.gate.wait()
            self.made.append(body.name)
            if body.name == "bad":
                raise InvalidRequest("That is no order.")
            if body.name == "busy" and len(self.made) == 1:
                raise Overloaded("Come back later.")
            return {"id": str(uuid4()), "secret": SECRET}

        @routes.post("/orders/live", response_class=EventSourceResponse)
        async def live(body: Body, caller: CurrentCaller) -> EventSourceResponse:
            async def steps() -> AsyncIterator[ServerSentEvent]:
                for step in ("taken", "packed", "sent"):
                    await asyncio.sleep(0.02)
                    yield ServerSentEvent(f"{step} {uuid4()}")

            return EventSourceResponse(steps())

        return routes


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
async def client(database: Database, issuer: Issuer, orders: Orders) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        service="aod",
        title="X",
        prefix="/api/v1/x",
        routers=[orders.router()],
        verifier=issuer.verifier(),
        store=Store(database),
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/v1/x") as client:
        yield client


class Sender:
    """One subject of one tenant."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, subject: str = "ann") -> None:
        self._client = client
        self._token = issuer.token(tenant, ("owner",), subject)

    async def order(self, name: str, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        return await self._client.post("/orders", headers=headers, json={"name": name})


async def test_post_when_repeated_then_it_happens_once_and_the_answer_is_the_first(
    client: httpx.AsyncClient, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    ann = Sender(client, issuer, tenant)
    first, second = await ann.order("one", "k"), await ann.order("one", "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert ("idempotent-replayed" in first.headers, second.headers["idempotent-replayed"]) == (False, "true")
    assert orders.made == ["one"]


async def test_post_when_the_first_still_runs_then_409_and_afterwards_its_answer(
    client: httpx.AsyncClient, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    ann = Sender(client, issuer, tenant)
    orders.gate.clear()
    running = asyncio.create_task(ann.order("one", "k"))
    await orders.entered.wait()
    early = await ann.order("one", "k")
    assert (early.status_code, early.json()["reason"]) == (409, "IDEMPOTENT_REQUEST_RUNNING")
    orders.gate.set()
    assert (await running).content == (await ann.order("one", "k")).content
    assert orders.made == ["one"]


async def test_post_when_the_body_differs_then_422_and_nothing_happens(
    client: httpx.AsyncClient, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    ann = Sender(client, issuer, tenant)
    await ann.order("one", "k")
    other = await ann.order("two", "k")
    assert (other.status_code, other.json()["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert orders.made == ["one"]


async def test_key_when_another_user_or_tenant_has_the_same_then_each_has_an_answer_of_their_own(
    client: httpx.AsyncClient, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    senders = [Sender(client, issuer, tenant), Sender(client, issuer, tenant, "bob"), Sender(client, issuer, uuid4())]
    answers = {(await sender.order("one", "k")).json()["id"] for sender in senders}
    assert len(answers) == 3


async def test_post_when_it_fails_for_the_moment_then_it_may_be_repeated_and_a_refusal_is_kept(
    client: httpx.AsyncClient, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    ann = Sender(client, issuer, tenant)
    assert (await ann.order("busy", "k")).status_code == 503
    assert (await ann.order("busy", "k")).status_code == 201
    assert [(await ann.order("bad", "b")).status_code for _ in range(2)] == [422, 422]
    assert orders.made == ["busy", "busy", "bad"]


@pytest.mark.parametrize("key", ["", "x" * 256, "sp\tace", "ümlaut"])
async def test_key_when_it_is_none_then_422(client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, key: str) -> None:
    headers = [(b"authorization", issuer.headers(tenant)["Authorization"].encode()), (b"idempotency-key", key.encode())]
    answer = await client.post("/orders", headers=headers, json={"name": "one"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "IDEMPOTENCY_KEY_INVALID")


async def test_request_when_anonymous_then_401_and_no_key_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post("/orders", headers={"Idempotency-Key": "k"}, json={"name": "one"})
    assert answer.status_code == 401


async def test_answer_when_at_rest_then_neither_it_nor_its_key_can_be_read(
    client: httpx.AsyncClient, issuer: Issuer, database: Database, tenant: UUID
) -> None:
    key = uuid4().hex
    await Sender(client, issuer, tenant).order("one", key)
    async with database.tenant_tx(tenant) as connection:
        (row,) = (await connection.execute(sa.text("SELECT * FROM idempotency_keys"))).mappings()
    stored = repr(dict(row))
    assert SECRET not in stored
    assert key not in stored


async def test_key_when_it_is_old_then_it_is_pruned_and_one_whose_process_died_is_taken_over(
    client: httpx.AsyncClient, issuer: Issuer, database: Database, orders: Orders, tenant: UUID
) -> None:
    ann, store = Sender(client, issuer, tenant), Store(database)
    await ann.order("one", "k")

    async def age(hours: float, answer: str) -> None:
        moment = datetime.now(UTC) - timedelta(hours=hours)
        statement = sa.text(f"UPDATE idempotency_keys SET started_at = :moment, answer = {answer}")
        async with database.tenant_tx(tenant) as connection:
            await connection.execute(statement, {"moment": moment})

    await age(0.1, "NULL")
    assert (await ann.order("one", "k")).status_code == 201
    assert orders.made == ["one", "one"]
    await age(RETENTION_HOURS + 1, "answer")
    assert await store.prune() >= 1
    async with database.tenant_tx(tenant) as connection:
        left = (await connection.execute(sa.text("SELECT count(*) FROM idempotency_keys"))).scalar_one()
    assert left == 0


async def test_live_answer_when_it_has_a_key_then_comes_whole_and_the_same_again(
    database: Database, issuer: Issuer, orders: Orders, tenant: UUID
) -> None:
    """Over a real connection: a live answer ends when it hears that its client has gone."""
    routers, store, verifier = [orders.router()], Store(database), issuer.verifier()
    app = create_app(service="aod", title="X", prefix="/api/v1/x", routers=routers, verifier=verifier, store=store)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    headers = issuer.headers(tenant) | {"Idempotency-Key": str(uuid4())}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/x") as client:
        first = await client.post("/orders/live", json={"name": "x"}, headers=headers)
        second = await client.post("/orders/live", json={"name": "x"}, headers=headers)
    assert [line.split()[1] for line in first.text.splitlines() if line] == ["taken", "packed", "sent"]
    assert (second.text, second.headers["idempotent-replayed"]) == (first.text, "true")
    server.should_exit = True
    await serving
    await verifier.close()
