"""Give a connection other settings and credentials."""

import asyncio
from dataclasses import replace
from uuid import UUID

from aam.domain.connection import INCOMPLETE, Connection, ConnectionState
from aam.domain.errors import SourceError
from aam.ports import Connections, Connectors, HoldingConnector, Json


async def reconnect(
    tenant_id: UUID, connection_id: UUID, settings: Json, *, connections: Connections, connectors: Connectors
) -> Connection:
    """Replace the settings as a whole; id, streams, mappings and cursors stay, and the source is looked at again.

    What the old settings held at their source and the new ones do not is given up: with the new credentials where the
    source is the same, since the old ones may be of no use any more; another source never sees them. `error` names what
    is left where that fails. Raises `ConnectionNotFound`, `InvalidSettings`.
    """
    connection = await connections.get(tenant_id, connection_id)
    connector = connectors.get(connection.connector)
    public, secret = connector.split(settings)
    location = connector.open(public, secret).location
    left = ""
    opened = connection.state not in INCOMPLETE
    if opened and isinstance(connector, HoldingConnector) and (held := connector.held(connection.settings)):
        kept = connector.held(public) == held and location == connection.location
        try:
            if not kept:
                same = location == connection.location
                own = secret if same else await connections.secret(tenant_id, connection_id)
                await asyncio.to_thread(connector.release, connection.settings, own)
        except SourceError as error:
            left = f"{held} is left at {connection.location} and has to be dropped there by hand: {error.message}"
    changed = replace(connection, settings=public, location=location, state=ConnectionState.PENDING, error=left)
    await connections.replace(tenant_id, changed, secret)
    return changed
