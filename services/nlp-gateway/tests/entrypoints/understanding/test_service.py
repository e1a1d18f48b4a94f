"""Understanding over REST and gRPC, behind the token check."""

from functools import partial
from uuid import uuid4

import pytest
from aos_common.testing import Issuer
from autonomos.nlp.v1 import understanding_pb2 as pb
from autonomos.nlp.v1 import understanding_pb2_grpc as stubs
from nlp_gateway.entrypoints.understanding import grpc as understanding_grpc
from nlp_gateway.entrypoints.understanding.api import UnderstandingApi
from nlp_gateway.entrypoints.understanding.rest import router
from nlp_gateway.ports.understanding import Reading

ROUTE = "/persona/classify"


class Fixed:
    async def read(self, question: str) -> Reading:
        return Reading("coo", 0.75, "data_question", 0.5)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_classify_when_anonymous_then_401(issuer):
    async with issuer.rest("nlp", [router(UnderstandingApi(Fixed()))]) as http:
        assert (await http.post(ROUTE, json={"text": "spend"})).status_code == 401


async def test_classify_when_asked_over_rest_then_persona_and_route(issuer):
    headers = issuer.headers(uuid4(), "viewer")
    async with issuer.rest("nlp", [router(UnderstandingApi(Fixed()))]) as http:
        read = await http.post(ROUTE, json={"text": "what did we spend"}, headers=headers)
        assert read.json() == {
            "persona": "coo", "persona_confidence": 0.75, "route": "data_question", "route_confidence": 0.5,
        }  # fmt: skip
        named = await http.post(ROUTE, json={"text": "what did we spend", "persona": "cfo"}, headers=headers)
        assert named.json()["persona"] == "cfo"
        wrong = await http.post(ROUTE, json={"text": "what did we spend", "persona": "ceo"}, headers=headers)
        assert (wrong.status_code, wrong.json()["reason"]) == (422, "PERSONA_UNKNOWN")
        for text in ("", "x" * 2001):
            assert (await http.post(ROUTE, json={"text": text}, headers=headers)).status_code == 422


async def test_classify_when_asked_over_grpc_then_the_same(issuer):
    async with issuer.rpc(partial(understanding_grpc.register, UnderstandingApi(Fixed()))) as channel:
        stub = stubs.UnderstandingServiceStub(channel)
        request = pb.ClassifyQuestionRequest(text="what did we spend", persona="cto")
        token = (("authorization", f"Bearer {issuer.token(uuid4(), ('viewer',))}"),)
        read = await stub.ClassifyQuestion(request, metadata=token)
    assert (read.persona, read.persona_confidence, read.route) == ("cto", 1.0, "data_question")
