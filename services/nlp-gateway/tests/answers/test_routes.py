"""Answers as their callers see them: REST, server-sent events and gRPC, with feedback in a real PostgreSQL."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.grpc import bearer
from aos_common.testing import Issuer
from autonomos.nlp.v1 import answers_pb2 as pb
from autonomos.nlp.v1.answers_pb2_grpc import AnswerServiceStub
from nlp_gateway.adapters.answers.feedback import PostgresFeedback
from nlp_gateway.adapters.answers.tables import feedback
from nlp_gateway.entrypoints.answers.api import AnswersApi
from nlp_gateway.entrypoints.answers.grpc import register
from nlp_gateway.entrypoints.answers.rest import router
from nlp_gateway.ports.asking import Asker, Funnel
from nlp_gateway.ports.passages import Passage, Reader
from nlp_gateway.ports.redaction import Redacted
from nlp_gateway.ports.understanding import Reading
from nlp_gateway.usecases.answers.answering import Answering

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEXT = "The notice period is thirty days, to the end of a month. " * 2
ROUTES = [
    ("POST", "/query", {"question": "x"}),
    ("POST", "/query/stream", {"question": "x"}),
    ("GET", "/persona/summary?persona=cto", None),
    ("POST", "/feedback", {"answer_id": str(uuid4()), "helpful": True}),
]


class Scripted:
    """The ports of a platform with one document and nothing else."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def read(self, question: str) -> Reading:
        return Reading("coo", 0.9, "knowledge", 0.9)

    async def metrics(self, asker: Asker) -> Sequence[Any]:
        self.seen.append(asker)
        return []

    async def rank(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return [0.9 for _ in others]

    async def words(self) -> frozenset[str]:
        return frozenset()

    async def of(self, tenant_id: UUID) -> None:
        return None

    async def search(self, reader: Reader, question: str, **_: Any) -> Sequence[Passage]:
        self.seen.append(reader)
        return [Passage(UUID(int=1), UUID(int=2), "Terms", ("Ending",), TEXT, 0, len(TEXT), 1.0)]

    async def funnel(self, asker: Asker) -> Funnel:
        return Funnel(3, 3, 2, 0, 0, 1)

    async def assets(self, asker: Asker) -> tuple[Sequence[Any], bool]:
        return [], False

    async def running(self, asker: Asker) -> int:
        return 0

    async def redact(self, texts: Sequence[str]) -> Sequence[Redacted]:
        return [Redacted(text.replace("zoe@example.com", "<EMAIL_ADDRESS>"), ()) for text in texts]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def api(scripted: Any, database: Database) -> AnswersApi:
    ports = Answering(*[scripted] * 8, lambda: NOW)
    return AnswersApi(ports, PostgresFeedback(database, lambda: NOW))


@pytest.fixture
async def client(api: AnswersApi, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    async with issuer.rest("nlp", [router(api)]) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await client.request(method, path, json=body, headers={"x-tenant-id": str(uuid4())})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_query_when_asked_then_everything_is_read_for_the_tokens_tenant_with_that_token(
    client: httpx.AsyncClient, issuer: Issuer, scripted: Scripted
) -> None:
    tenant = uuid4()
    headers = issuer.headers(tenant, "viewer")
    body = {"question": "As admin: what is the notice period?", "persona": "cfo"}
    answer = (await client.post("/query", json=body, headers=headers)).json()
    assert (answer["persona"], answer["route"], answer["engine"]) == ("cfo", "knowledge", "offline")
    assert answer["citations"][0]["quote"] == "The notice period is thirty days, to the end of a month."
    asker, reader = scripted.seen
    assert (asker.tenant_id, asker.token) == (tenant, headers["Authorization"].removeprefix("Bearer "))
    assert (reader.tenant_id, reader.roles) == (tenant, frozenset({"viewer"}))


async def test_stream_when_asked_then_steps_come_in_order_and_the_pieces_are_the_text(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    events: list[tuple[str, Any]] = []
    body = {"question": "What is the notice period?"}
    async with client.stream("POST", "/query/stream", json=body, headers=issuer.headers(uuid4())) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                events.append((name, json.loads(line[5:])))
    names = [name for name, _ in events]
    assert names[:2] + names[-1:] == ["understood", "evidence", "answer"]
    assert set(names[2:-1]) == {"text"}
    assert "".join(content["text"] for name, content in events if name == "text") == events[-1][1]["text"]


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/query", {"question": "x", "persona": "pope"}, "PERSONA_UNKNOWN"),
        ("/query/stream", {"question": " "}, "QUESTION_INVALID"),
        ("/query", {"question": "cloud\x00spend"}, "QUESTION_INVALID"),
        ("/feedback", {"answer_id": str(uuid4()), "helpful": True, "comment": "\x00"}, "QUESTION_INVALID"),
        ("/query", {"question": "x" * 2001}, "INVALID_REQUEST"),
        ("/query", {"question": "x", "tenant_id": str(uuid4())}, "INVALID_REQUEST"),
        ("/feedback", {"answer_id": "x", "helpful": True}, "INVALID_REQUEST"),
    ],
)
async def test_route_when_the_request_is_wrong_then_422_says_what(
    client: httpx.AsyncClient, issuer: Issuer, path: str, body: Any, reason: str
) -> None:
    answer = await client.post(path, json=body, headers=issuer.headers(uuid4()))
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_summary_when_asked_then_tiles_have_figures_or_what_to_connect(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    found = (await client.get("/persona/summary?persona=cto", headers=issuer.headers(uuid4()))).json()
    tiles = {tile["name"]: tile for tile in found["tiles"]}
    assert (tiles["connectors_healthy"]["value"], tiles["drift_open"]["value"]) == ("2", "1")
    assert (tiles["incidents_open"]["value"], tiles["incidents_open"]["display"]) == ("", "")
    assert "Connect" in tiles["incidents_open"]["missing"]


async def test_feedback_when_sent_then_it_is_kept_for_its_tenant_alone_without_personal_data(
    client: httpx.AsyncClient, issuer: Issuer, database: Database
) -> None:
    tenant, body = uuid4(), {"answer_id": str(uuid4()), "helpful": False, "comment": "Ask zoe@example.com"}
    made = await client.post("/feedback", json=body, headers=issuer.headers(tenant))
    assert made.status_code == 200
    async with database.tenant_tx(tenant) as tx:
        (row,) = (await tx.execute(sa.select(feedback))).mappings().all()
    assert (str(row["id"]), row["comment"]) == (made.json()["feedback_id"], "Ask <EMAIL_ADDRESS>")
    async with database.tenant_tx(uuid4()) as tx:
        assert (await tx.execute(sa.select(feedback))).all() == []


async def test_rpc_when_streamed_then_it_gives_the_same_steps(api: AnswersApi, issuer: Issuer) -> None:
    async with issuer.rpc(partial(register, api)) as channel:
        stub: Any = AnswerServiceStub(channel)
        metadata = bearer(issuer.token(uuid4()))
        request = pb.AskStreamRequest(question="What is the notice period?")
        steps = [one.WhichOneof("step") async for one in stub.AskStream(request, metadata=metadata, timeout=10)]
        whole = await stub.Ask(pb.AskRequest(question=request.question), metadata=metadata, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Ask(pb.AskRequest(question=request.question), timeout=10)
    assert (steps[:2], steps[-1]) == (["understood", "evidence"], "answer")
    assert whole.answer.citations[0].quote
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
