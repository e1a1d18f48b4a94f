"""Give a connection other settings and credentials."""

from dataclasses import replace
from uuid import UUID

from aam.domain.connection import Connection, ConnectionState
from aam.ports import Connections, Connectors, Json


async def reconnect(
    tenant_id: UUID, connection_id: UUID, settings: Json, *, connections: Connections, connectors: Connectors
) -> Connection:
    """Replace the settings as a whole; id, streams, mappings and cursors stay, and the source is looked at again.

    Raises `ConnectionNotFound`, `InvalidSettings`.
    """
    connection = await connections.get(tenant_id, connection_id)
    connector = connectors.get(connection.connector)
    public, secret = connector.split(settings)
    location = connector.open(public, secret).location
    changed = replace(connection, settings=public, location=location, state=ConnectionState.PENDING, error="")
    await connections.replace(tenant_id, changed, secret)
    return changed
