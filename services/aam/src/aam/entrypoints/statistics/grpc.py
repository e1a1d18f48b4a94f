"""Statistics over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aam.v1 import connections_pb2
from autonomos.aam.v1 import statistics_pb2 as pb
from autonomos.aam.v1 import statistics_pb2_grpc as stubs

from aam.entrypoints.statistics.api import StatisticsApi
from aam.entrypoints.statistics.models import StatisticsOut, StreamFiguresOut
from aam.entrypoints.wire import moment
from aam.usecases.statistics.measure_connection import ConnectionFigures

Context = grpc.aio.ServicerContext[Any, Any]


class StatisticsServicer(stubs.StatisticsServiceServicer):
    """Serves StatisticsService."""

    def __init__(self, api: StatisticsApi) -> None:
        self._api = api

    async def GetStatistics(self, request: pb.GetStatisticsRequest, context: Context) -> pb.GetStatisticsResponse:
        """Tell the figures of every stream."""
        found = await self._api.measure(current_caller(), request.connection_id)
        return pb.GetStatisticsResponse(statistics=_message(found))

    async def SetFreshness(self, request: pb.SetFreshnessRequest, context: Context) -> pb.SetFreshnessResponse:
        """Say how old the last success may be."""
        minutes = request.within_minutes or None
        found = await self._api.set_freshness(current_caller(), request.connection_id, minutes)
        return pb.SetFreshnessResponse(statistics=_message(found))


def _message(found: ConnectionFigures) -> pb.Statistics:
    shown = StatisticsOut.of(found)
    return pb.Statistics(
        connection_id=shown.connection_id,
        fresh_within_minutes=shown.fresh_within_minutes,
        streams=[_stream(one) for one in shown.streams],
    )


def _stream(one: StreamFiguresOut) -> pb.StreamStatistics:
    return pb.StreamStatistics(
        stream=one.stream,
        last=connections_pb2.StreamRun(**one.last.model_dump()) if one.last else None,
        last_success_time=moment(one.last_success_time),
        newest_time=moment(one.newest_time),
        lag_seconds=one.lag_seconds,
        fresh=one.fresh,
        failures=one.failures,
        alarm=one.alarm,
    )


def register(api: StatisticsApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_StatisticsServiceServicer_to_server(StatisticsServicer(api), server)
