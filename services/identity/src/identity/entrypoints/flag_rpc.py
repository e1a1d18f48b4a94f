"""Feature flags over gRPC, for the other services."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.identity.v1 import flags_pb2 as pb
from autonomos.identity.v1 import flags_pb2_grpc as stubs

from identity.domain.flag import Flag
from identity.entrypoints.api.administration import FlagsApi

Context = grpc.aio.ServicerContext[Any, Any]


class FlagServicer(stubs.FlagServiceServicer):
    """Serves FlagService."""

    def __init__(self, api: FlagsApi) -> None:
        self._api = api

    async def ListFlags(self, request: pb.ListFlagsRequest, context: Context) -> pb.ListFlagsResponse:
        """List the caller's tenant's flags."""
        listed, version = await self._api.list(current_caller())
        return pb.ListFlagsResponse(flags=[_message(flag) for flag in listed], version=version)


def _message(flag: Flag) -> pb.Flag:
    choice = flag.choice
    return pb.Flag(
        name=flag.definition.name,
        description=flag.definition.description,
        enabled=flag.enabled,
        default_enabled=flag.definition.default,
        changed_by=choice.changed_by if choice else "",
        changed_at=choice.changed_at.isoformat() if choice and choice.changed_by else "",
    )


def register(api: FlagsApi, server: grpc.aio.Server) -> None:
    """Add the servicer."""
    stubs.add_FlagServiceServicer_to_server(FlagServicer(api), server)
