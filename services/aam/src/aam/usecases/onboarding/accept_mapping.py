"""Take over a mapping version that came into force."""

from dataclasses import replace
from uuid import UUID

from aam.domain.connection import StreamState
from aam.ports import Connections, Mappings

WAITING = (StreamState.NEEDS_MAPPING, StreamState.READY)


async def accept_mapping(
    tenant_id: UUID, connection_id: UUID, stream_name: str, *, connections: Connections, mappings: Mappings
) -> None:
    """Give the stream the version that is in force now and make it ready; older news of the same stream change nothing.

    A stream whose shape changed, or that cannot be read, stays held. A stream that is gone is nobody's any more.
    """
    streams = await connections.streams(tenant_id, connection_id)
    stream = next((stream for stream in streams if stream.name == stream_name), None)
    if stream is None:
        return
    mapping = await mappings.in_force(tenant_id, connection_id, stream_name)
    if mapping is None or (stream.mapping and stream.mapping.version >= mapping.version):
        return
    state = StreamState.READY if stream.state in WAITING else stream.state
    await connections.save_stream(tenant_id, replace(stream, state=state, mapping=mapping))
