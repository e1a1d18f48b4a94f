"""Create a connection."""

from collections.abc import Sequence
from uuid import UUID

from aos_common.ids import new_id

from aam.domain.connection import Connection, ConnectionState, chosen_streams, connection_name
from aam.ports import Clock, Connections, Connectors, Json


async def create_connection(
    tenant_id: UUID,
    name: str,
    connector_name: str,
    settings: Json,
    *,
    streams: Sequence[str] = (),
    request_id: str = "",
    connectors: Connectors,
    connections: Connections,
    clock: Clock,
) -> Connection:
    """Store a connection, PENDING; its source is looked at in the background.

    Raises `UnknownConnector`, `InvalidSettings`, `ConnectionExists`. The same `request_id` gives the same connection.
    """
    name, chosen = connection_name(name), chosen_streams(streams)
    connector = connectors.get(connector_name)
    public, secret = connector.split(settings)
    connection = Connection(
        id=new_id(),
        name=name,
        connector=connector_name,
        settings=public,
        state=ConnectionState.PENDING,
        created_at=clock(),
        location=connector.open(public, secret).location,
        streams=chosen,
        request_id=request_id,
    )
    return await connections.add(tenant_id, connection, secret)
