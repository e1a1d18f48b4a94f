"""Understanding over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.nlp.v1 import understanding_pb2 as pb
from autonomos.nlp.v1 import understanding_pb2_grpc as stubs

from nlp_gateway.ports.understanding import Understanding
from nlp_gateway.usecases.understanding.classify_question import classify_question

__all__ = ["register"]

Context = grpc.aio.ServicerContext[Any, Any]


class UnderstandingServicer(stubs.UnderstandingServiceServicer):
    """Serves UnderstandingService."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    async def ClassifyQuestion(
        self, request: pb.ClassifyQuestionRequest, context: Context
    ) -> pb.ClassifyQuestionResponse:
        """Say whose question it is, and what can answer it."""
        roles = current_caller().roles
        return pb.ClassifyQuestionResponse(
            **vars(await classify_question(self._understanding, request.text, request.persona, roles))
        )


def register(understanding: Understanding, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_UnderstandingServiceServicer_to_server(UnderstandingServicer(understanding), server)
