"""Limit what a connection's runs take."""

from uuid import UUID

from aam.domain.steering import Limits, Steering
from aam.ports import SteeringStore


async def set_limits(tenant_id: UUID, connection_id: UUID, limits: Limits, *, steering: SteeringStore) -> Steering:
    """Replace both limits, for runs that begin from now on. Raises `ConnectionNotFound`."""
    return await steering.set_limits(tenant_id, connection_id, limits)
