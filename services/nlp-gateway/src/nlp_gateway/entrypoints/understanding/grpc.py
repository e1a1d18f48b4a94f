"""Understanding over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.nlp.v1 import understanding_pb2 as pb
from autonomos.nlp.v1 import understanding_pb2_grpc as stubs

from nlp_gateway.entrypoints.understanding.api import UnderstandingApi

__all__ = ["register"]

Context = grpc.aio.ServicerContext[Any, Any]


class UnderstandingServicer(stubs.UnderstandingServiceServicer):
    """Serves UnderstandingService."""

    def __init__(self, api: UnderstandingApi) -> None:
        self._api = api

    async def ClassifyQuestion(
        self, request: pb.ClassifyQuestionRequest, context: Context
    ) -> pb.ClassifyQuestionResponse:
        """Say whose question it is, and what can answer it."""
        read = await self._api.classify(current_caller(), request.text, request.persona)
        return pb.ClassifyQuestionResponse(**vars(read))


def register(api: UnderstandingApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_UnderstandingServiceServicer_to_server(UnderstandingServicer(api), server)
