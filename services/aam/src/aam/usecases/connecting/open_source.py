"""Open a connection's source."""

from uuid import UUID

from aam.domain.connection import Connection
from aam.ports import Connections, Connectors, RenewingConnector, Source


async def open_source(
    tenant_id: UUID, connection: Connection, *, connections: Connections, connectors: Connectors
) -> Source:
    """The source with its credentials, and a place for its session; nothing is connected before it is used."""
    secret = await connections.secret(tenant_id, connection.id)
    connector = connectors.get(connection.connector)
    if isinstance(connector, RenewingConnector):
        credentials = connections.credentials(tenant_id, connection.id)
        return connector.open_renewing(connection.settings, secret, credentials)
    return connector.open(connection.settings, secret)
