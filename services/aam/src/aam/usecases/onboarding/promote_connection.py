"""End a connection's Safe Mode."""

from dataclasses import replace
from uuid import UUID

from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import NotReady
from aam.ports import Connections


async def promote_connection(tenant_id: UUID, connection_id: UUID, *, connections: Connections) -> Connection:
    """Let a connection be synced: it is looked at once more without limits, and its proposals are decided.

    One that was promoted before is returned as it is. Raises `NotReady` unless it was looked at in Safe Mode.
    """
    connection = await connections.get(tenant_id, connection_id)
    if not connection.safe_mode:
        return connection
    if connection.state is not ConnectionState.SAFE_MODE:
        raise NotReady(
            f"{connection.name} is {connection.state}. {connection.error}".strip(),
            hint="A connection is promoted when its source was looked at and its preview can be seen.",
        )
    await connections.promote(tenant_id, connection_id)
    return replace(connection, safe_mode=False, state=ConnectionState.PENDING)
