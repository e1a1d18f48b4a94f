"""AAM's connection service over gRPC, with the caller's own token."""

import grpc
from aos_common.errors import DomainError
from aos_common.grpc import bearer, calls
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

from aod.domain.location import PlaceKind
from aod.ports import ConnectionWish

CREATE_SECONDS = 10.0
NAME_TAKEN = "CONNECTION_EXISTS"
NUMBERED = 20


class AamConnections:
    """The `Connections` port."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = stubs.ConnectionServiceStub(channel)

    async def create(self, token: str, wish: ConnectionWish) -> str:
        """Create the connection and return its id; a taken name is tried again as `name 2`, `name 3`, …"""
        candidates = [wish.name, *(f"{wish.name} {number}" for number in range(2, NUMBERED))]
        for name in candidates:
            try:
                return await self._create(token, wish, name)
            except DomainError as error:
                if error.reason != NAME_TAKEN:
                    raise
        # So many namesakes: the request's id is a name that nothing else has.
        return await self._create(token, wish, f"{wish.name[:60]} {wish.request_id}")

    async def _create(self, token: str, wish: ConnectionWish, name: str) -> str:
        settings = Struct()
        if wish.kind is PlaceKind.FOLDER:
            connector = "files"
            settings.update({"path": wish.location})
        else:
            connector = "postgres"
            settings.update({"url": wish.url})
        request = pb.CreateConnectionRequest(
            name=name, connector=connector, settings=settings, streams=wish.streams, request_id=wish.request_id
        )
        async with calls("AAM"):
            answer = await self._stub.CreateConnection(request, metadata=bearer(token), timeout=CREATE_SECONDS)
        return str(answer.connection.id)
