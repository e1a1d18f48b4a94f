"""Check whether a connection's source can be reached now."""

import asyncio
from uuid import UUID

from aam.ports import Connections, Connectors, Reach, ReportingSource
from aam.usecases.connecting.check_source import check_source
from aam.usecases.connecting.open_source import open_source


async def check_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, connectors: Connectors, reach: Reach
) -> list[str]:
    """Return when the source answers, with what it holds for us.

    Raises `SourceError` with what is wrong and what stands in the way.
    """
    connection = await connections.get(tenant_id, connection_id)
    source = await open_source(tenant_id, connection, connections=connections, connectors=connectors)
    await asyncio.to_thread(check_source, source, reach)
    return await asyncio.to_thread(source.report) if isinstance(source, ReportingSource) else []
