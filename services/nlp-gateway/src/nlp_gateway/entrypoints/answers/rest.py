"""Answers over REST; they are the contract's messages as JSON, and come step by step as server-sent events, too."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from aos_common.auth import Caller
from aos_common.errors import DomainError
from aos_common.http import CurrentCaller, remaining_seconds
from autonomos.nlp.v1 import answers_pb2 as pb
from fastapi import APIRouter, Query
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from nlp_gateway.entrypoints.answers import wire
from nlp_gateway.entrypoints.answers.api import AnswersApi
from nlp_gateway.usecases.answers.ask import Step

PING_SECONDS = 10


class QuestionBody(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=2000, examples=["cloud spend by team last month"])
    persona: str = Field(default="", max_length=10, description="cto, cro, coo or cfo; empty lets the question decide.")


class FeedbackBody(BaseModel):
    """What a reader thought of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: str = Field(max_length=36)
    helpful: bool
    comment: str = Field(default="", max_length=2000, description="Stored without personal data.")


class FeedbackOut(BaseModel):
    """The feedback was kept."""

    feedback_id: str


def router(api: AnswersApi) -> APIRouter:
    """Return the routes of answers."""
    routes = APIRouter(tags=["answers"])

    @routes.post("/query")
    async def query(body: QuestionBody, caller: CurrentCaller) -> dict[str, Any]:
        """Answer a question from the tenant's own data, with citations, or say what can be asked."""
        return _json(wire.answer_message(await api.ask(caller, body.question, body.persona)))

    @routes.post("/query/stream", response_class=EventSourceResponse)
    async def stream(body: QuestionBody, caller: CurrentCaller) -> EventSourceResponse:
        """Answer step by step: events `understood`, `evidence`, `text` (pieces), `answer` (the whole), or `error`."""
        steps = await _begun(api.steps(caller, body.question, body.persona))
        return EventSourceResponse(_events(steps, caller), ping=PING_SECONDS)

    @routes.get("/persona/summary")
    async def summary(caller: CurrentCaller, persona: Annotated[str, Query(max_length=10)] = "cfo") -> dict[str, Any]:
        """Return the tiles of cto, cro, coo or cfo: figures with citations, or what to connect."""
        return _json(wire.summary_message(await api.summary(caller, persona)))

    @routes.post("/feedback")
    async def feedback(body: FeedbackBody, caller: CurrentCaller) -> FeedbackOut:
        """Keep what a reader thought of an answer."""
        made = await api.feedback(caller, body.answer_id, body.helpful, body.comment)
        return FeedbackOut(feedback_id=str(made))

    return routes


def _json(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


async def _begun(steps: AsyncIterator[Step]) -> AsyncIterator[Step]:
    """Wait for the first step before the answer starts: what fails until then is told as a problem."""
    first = await anext(steps)

    async def every() -> AsyncIterator[Step]:
        yield first
        async for step in steps:
            yield step

    return every()


async def _events(steps: AsyncIterator[Step], caller: Caller) -> AsyncIterator[ServerSentEvent]:
    try:
        async with asyncio.timeout(remaining_seconds(caller)):
            async for step in steps:
                for message in wire.step_messages(step):
                    yield _event(message)
    except TimeoutError:
        yield ServerSentEvent(json.dumps({"reason": "TOKEN_EXPIRED"}), event="error")
    except DomainError as error:
        # The answer has begun, so its status cannot tell any more.
        problem = {"reason": error.reason, "detail": error.message, "hint": error.hint}
        yield ServerSentEvent(json.dumps(problem), event="error")


def _event(message: pb.AskStreamResponse) -> ServerSentEvent:
    step = str(message.WhichOneof("step"))
    content = {"text": message.text} if step == "text" else _json(getattr(message, step))
    return ServerSentEvent(json.dumps(content, ensure_ascii=False), event=step)
