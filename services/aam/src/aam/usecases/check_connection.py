"""Check whether a connection's source can be reached now."""

import asyncio
from uuid import UUID

from aam.ports import Connections, Connectors
from aam.usecases.open_source import open_source


async def check_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, connectors: Connectors
) -> None:
    """Return when the source answers; raise `SourceError` with what is wrong. Changes nothing."""
    connection = await connections.get(tenant_id, connection_id)
    source = await open_source(tenant_id, connection, connections=connections, connectors=connectors)
    await asyncio.to_thread(source.check)
