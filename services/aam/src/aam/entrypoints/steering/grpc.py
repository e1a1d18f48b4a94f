"""Steering over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs

from aam.domain.steering import Limits, Schedule, Steering
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.models import SteeringOut
from aam.entrypoints.wire import moment

Context = grpc.aio.ServicerContext[Any, Any]


class SteeringServicer(stubs.SteeringServiceServicer):
    """Serves SteeringService."""

    def __init__(self, api: SteeringApi) -> None:
        self._api = api

    async def GetSteering(self, request: pb.GetSteeringRequest, context: Context) -> pb.GetSteeringResponse:
        """Tell how a connection is steered."""
        found = await self._api.get(current_caller(), request.connection_id)
        return pb.GetSteeringResponse(steering=_message(found))

    async def PauseConnection(self, request: pb.PauseConnectionRequest, context: Context) -> pb.PauseConnectionResponse:
        """Pause a connection."""
        done = await self._api.pause(current_caller(), request.connection_id)
        return pb.PauseConnectionResponse(steering=_message(done))

    async def ResumeConnection(
        self, request: pb.ResumeConnectionRequest, context: Context
    ) -> pb.ResumeConnectionResponse:
        """Resume a connection."""
        done = await self._api.resume(current_caller(), request.connection_id)
        return pb.ResumeConnectionResponse(steering=_message(done))

    async def SetSchedule(self, request: pb.SetScheduleRequest, context: Context) -> pb.SetScheduleResponse:
        """Give a connection a schedule."""
        schedule = Schedule(request.every_minutes, request.cron.strip(), request.timezone or "UTC")
        done = await self._api.set_schedule(current_caller(), request.connection_id, schedule)
        return pb.SetScheduleResponse(steering=_message(done))

    async def SetLimits(self, request: pb.SetLimitsRequest, context: Context) -> pb.SetLimitsResponse:
        """Limit what a connection's runs take."""
        limits = Limits(request.streams_at_once, request.rows_per_second)
        done = await self._api.set_limits(current_caller(), request.connection_id, limits)
        return pb.SetLimitsResponse(steering=_message(done))


def _message(steering: Steering) -> pb.Steering:
    shown = SteeringOut.of(steering)
    return pb.Steering(
        **shown.model_dump(exclude={"pause_time", "next_time", "last_time"}),
        pause_time=moment(shown.pause_time),
        next_time=moment(shown.next_time),
        last_time=moment(shown.last_time),
    )


def register(api: SteeringApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_SteeringServiceServicer_to_server(SteeringServicer(api), server)
