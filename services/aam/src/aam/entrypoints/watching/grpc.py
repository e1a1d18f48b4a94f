"""Watching over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aam.v1 import watching_pb2 as pb
from autonomos.aam.v1 import watching_pb2_grpc as stubs

from aam.domain.watching import Watch, WatchedSync
from aam.entrypoints.watching.api import WatchingApi
from aam.entrypoints.watching.models import EVERY_SECONDS, STALE_AFTER_MINUTES, WatchOut
from aam.entrypoints.wire import moment

Context = grpc.aio.ServicerContext[Any, Any]
SECRET = ("client_id", "client_secret", "bearer_token")


class WatchServicer(stubs.WatchServiceServicer):
    """Serves WatchService."""

    def __init__(self, api: WatchingApi) -> None:
        self._api = api

    async def CreateWatch(self, request: pb.CreateWatchRequest, context: Context) -> pb.CreateWatchResponse:
        """Begin to watch a deployment."""
        made = await self._api.create(
            current_caller(),
            request.name,
            request.url,
            {name: getattr(request.credential, name) for name in SECRET},
            request.every_seconds or EVERY_SECONDS,
            request.stale_after_minutes or STALE_AFTER_MINUTES,
        )
        return pb.CreateWatchResponse(watch=_message(made, []))

    async def ListWatches(self, request: pb.ListWatchesRequest, context: Context) -> pb.ListWatchesResponse:
        """List the watches."""
        return pb.ListWatchesResponse(watches=[_message(one, []) for one in await self._api.all(current_caller())])

    async def GetWatch(self, request: pb.GetWatchRequest, context: Context) -> pb.GetWatchResponse:
        """Return one watch with what was found."""
        return pb.GetWatchResponse(watch=_message(*await self._api.get(current_caller(), request.watch_id)))

    async def DeleteWatch(self, request: pb.DeleteWatchRequest, context: Context) -> pb.DeleteWatchResponse:
        """End a watch."""
        await self._api.delete(current_caller(), request.watch_id)
        return pb.DeleteWatchResponse()


def _message(watch: Watch, syncs: list[WatchedSync]) -> pb.Watch:
    shown = WatchOut.of(watch, syncs)
    return pb.Watch(
        **shown.model_dump(exclude={"create_time", "check_time", "syncs"}),
        create_time=moment(shown.create_time),
        check_time=moment(shown.check_time),
        syncs=[
            pb.WatchedSync(
                **one.model_dump(exclude={"start_time", "update_time"}),
                start_time=moment(one.start_time),
                update_time=moment(one.update_time),
            )
            for one in shown.syncs
        ],
    )


def register(api: WatchingApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_WatchServiceServicer_to_server(WatchServicer(api), server)
