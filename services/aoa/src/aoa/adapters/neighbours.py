"""The `Neighbours` port: every service's own word on whether it can serve, by the standard gRPC health service."""

import asyncio
from collections.abc import Mapping
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from aoa.domain.health import AWAY, NOT_READY, READY

SECONDS = 2.0


class GrpcNeighbours:
    """Asks over one channel a service, all at once."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        # The generated stub has no types.
        self._asked: dict[str, Any] = {name: health_pb2_grpc.HealthStub(one) for name, one in channels.items()}
        self._channels = channels

    async def states(self) -> dict[str, str]:
        """Return the state of each service, within two seconds."""
        found = await asyncio.gather(*(self._state(name) for name in self._asked))
        return dict(zip(self._asked, found, strict=True))

    async def close(self) -> None:
        """Close the channels."""
        for channel in self._channels.values():
            await channel.close()

    async def _state(self, name: str) -> str:
        try:
            answer = await self._asked[name].Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        except grpc.aio.AioRpcError:
            return AWAY
        return READY if answer.status == health_pb2.HealthCheckResponse.SERVING else NOT_READY
