"""Delete a connection."""

import asyncio
from uuid import UUID

from aam.domain.connection import INCOMPLETE
from aam.domain.errors import SourceError
from aam.ports import Connections, Connectors, Extractor, HoldingConnector


async def delete_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, connectors: Connectors, extractor: Extractor
) -> None:
    """Delete a connection with its runs, quarantine and landing files. What DCL made of it stays.

    What it holds at its source is given up first; raises `SourceError`, and deletes nothing, where that fails: a slot
    that nobody reads would fill the source's disk.
    """
    connection = await connections.get(tenant_id, connection_id)
    connector = None if connection.state in INCOMPLETE else connectors.get(connection.connector)
    if isinstance(connector, HoldingConnector) and (held := connector.held(connection.settings)):
        try:
            secret = await connections.secret(tenant_id, connection_id)
            await asyncio.to_thread(connector.release, connection.settings, secret)
        except SourceError as error:
            raise SourceError(
                f"The connection holds {held} at {connection.location}, which cannot be given up: {error.message}",
                hint="Make the source reachable and delete again; or drop it there yourself, reconnect without it, and "
                "delete then.",
                fault=error.fault,
                reason="SOURCE_STILL_HELD",
            ) from None
    await connections.delete(tenant_id, connection_id)
    await asyncio.to_thread(extractor.forget, tenant_id, connection_id)
