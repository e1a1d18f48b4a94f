"""Open a connection's source."""

from uuid import UUID

from aam.domain.connection import Connection
from aam.ports import Connections, Connectors, Source


async def open_source(
    tenant_id: UUID, connection: Connection, *, connections: Connections, connectors: Connectors
) -> Source:
    """The source with its credentials; nothing is connected before it is used."""
    secret = await connections.secret(tenant_id, connection.id)
    return connectors.get(connection.connector).open(connection.settings, secret)
