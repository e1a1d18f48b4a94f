"""Delete a connection."""

import asyncio
from uuid import UUID

from aam.ports import Connections, Extractor


async def delete_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, extractor: Extractor
) -> None:
    """Delete a connection with its runs, quarantine and landing files. What DCL made of it stays."""
    await connections.delete(tenant_id, connection_id)
    await asyncio.to_thread(extractor.forget, tenant_id, connection_id)
