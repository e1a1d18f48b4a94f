"""Answers over gRPC."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.nlp.v1 import answers_pb2 as pb
from autonomos.nlp.v1 import answers_pb2_grpc as stubs

from nlp_gateway.entrypoints.answers import wire
from nlp_gateway.entrypoints.answers.api import AnswersApi

Context = grpc.aio.ServicerContext[Any, Any]


class AnswerServicer(stubs.AnswerServiceServicer):
    """Serves AnswerService."""

    def __init__(self, api: AnswersApi) -> None:
        self._api = api

    async def Ask(self, request: pb.AskRequest, context: Context) -> pb.AskResponse:
        """Answer a question."""
        answer = await self._api.ask(current_caller(), request.question, request.persona)
        return pb.AskResponse(answer=wire.answer_message(answer))

    async def AskStream(self, request: pb.AskStreamRequest, context: Context) -> AsyncIterator[pb.AskStreamResponse]:
        """Answer a question step by step."""
        async for step in self._api.steps(current_caller(), request.question, request.persona):
            for message in wire.step_messages(step):
                yield message

    async def GetPersonaSummary(
        self, request: pb.GetPersonaSummaryRequest, context: Context
    ) -> pb.GetPersonaSummaryResponse:
        """Fill a persona's tiles."""
        return wire.summary_message(await self._api.summary(current_caller(), request.persona))

    async def SendFeedback(self, request: pb.SendFeedbackRequest, context: Context) -> pb.SendFeedbackResponse:
        """Keep feedback on an answer."""
        made = await self._api.feedback(current_caller(), request.answer_id, request.helpful, request.comment)
        return pb.SendFeedbackResponse(feedback_id=str(made))


def register(api: AnswersApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_AnswerServiceServicer_to_server(AnswerServicer(api), server)
