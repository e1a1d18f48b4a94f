"""Check whether a connection's source can be reached now."""

import asyncio
from uuid import UUID

from aam.domain.errors import Obstacle, SourceError
from aam.ports import Connections, Connectors, Reach, RemoteSource, ReportingSource, Source
from aam.usecases.open_source import open_source


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


def check_source(source: Source, reach: Reach) -> None:
    """Check a source; what it raises knows the obstacle. Blocks."""
    try:
        source.check()
    except SourceError as error:
        error.obstacle = error.obstacle or _obstacle(source, reach)
        raise


def _obstacle(source: Source, reach: Reach) -> Obstacle:
    """What stands before every endpoint of the source; nothing when one of them answers."""
    found = Obstacle.NONE
    for host, port in source.endpoints() if isinstance(source, RemoteSource) else ():
        found = reach(host, port)
        if not found:
            break
    return found
