"""Metrics over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.dcl.v1 import metrics_pb2 as pb
from autonomos.dcl.v1 import metrics_pb2_grpc as stubs

from dcl.entrypoints.metrics import wire
from dcl.entrypoints.metrics.api import MetricsApi

Context = grpc.aio.ServicerContext[Any, Any]


class MetricServicer(stubs.MetricServiceServicer):
    """Serves MetricService."""

    def __init__(self, api: MetricsApi) -> None:
        self._api = api

    async def ListMetrics(self, request: pb.ListMetricsRequest, context: Context) -> pb.ListMetricsResponse:
        """List the metrics."""
        return pb.ListMetricsResponse(metrics=map(wire.metric_message, await self._api.list(current_caller())))

    async def QueryMetric(self, request: pb.QueryMetricRequest, context: Context) -> pb.QueryMetricResponse:
        """Compute a metric."""
        return wire.result_message(await self._api.query(current_caller(), wire.metric_query(request)))

    async def ListDimensionValues(
        self, request: pb.ListDimensionValuesRequest, context: Context
    ) -> pb.ListDimensionValuesResponse:
        """List values of dimensions."""
        found = await self._api.values(current_caller(), request.metric, list(request.dimensions), request.limit)
        return pb.ListDimensionValuesResponse(
            dimensions=[
                pb.DimensionValues(dimension=one.dimension, values=one.values, truncated=one.truncated) for one in found
            ]
        )


def register(api: MetricsApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_MetricServiceServicer_to_server(MetricServicer(api), server)
