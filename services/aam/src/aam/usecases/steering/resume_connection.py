"""Resume a connection that was paused."""

from uuid import UUID

from aam.domain.steering import Steering
from aam.ports import SteeringStore


async def resume_connection(tenant_id: UUID, connection_id: UUID, *, steering: SteeringStore) -> Steering:
    """Let runs start again; one that was stopped goes on from its checkpoints. Raises `ConnectionNotFound`."""
    return await steering.resume(tenant_id, connection_id)
