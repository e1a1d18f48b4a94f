"""Pause a connection."""

from uuid import UUID

from aam.domain.steering import Steering
from aam.ports import Clock, SteeringStore


async def pause_connection(
    tenant_id: UUID, connection_id: UUID, by: str, *, steering: SteeringStore, clock: Clock
) -> Steering:
    """Let no run start; the open one stops at its next batch and keeps its checkpoints. Raises `ConnectionNotFound`."""
    return await steering.pause(tenant_id, connection_id, by, clock())
