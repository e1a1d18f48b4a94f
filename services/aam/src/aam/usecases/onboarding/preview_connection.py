"""Show what a connection would bring: sampled rows in canonical form, the misfits, and how sure the mapping is."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from aam.domain.connection import Connection, Stream, StreamState
from aam.domain.errors import MappingInvalid, ProjectionFailed
from aam.domain.mapping import Mapping
from aam.domain.onboarding import SAFE_ROWS, ProposedMapping
from aam.ports import Connections, Previewer, Projection, Proposals
from aam.usecases.onboarding.sample_task import sample_task

MAX_STREAMS = 50


@dataclass(frozen=True)
class StreamPreview:
    """One stream: its proposal if there is one, and its sample under it; `error` says why there are no rows."""

    stream: Stream
    proposal: ProposedMapping | None
    projection: Projection
    error: str = ""


@dataclass(frozen=True)
class ConnectionPreview:
    """A connection with the previews of some of its streams, by name; `more` is the name of the last, "" at the end."""

    connection: Connection
    streams: list[StreamPreview]
    more: str = ""


async def preview_connection(
    tenant_id: UUID,
    connection_id: UUID,
    *,
    stream: str = "",
    after: str = "",
    size: int = MAX_STREAMS,
    connections: Connections,
    proposals: Proposals,
    previewer: Previewer,
) -> ConnectionPreview:
    """At most `size` streams after the one named; nothing is read from the source, stored or announced."""
    connection = await connections.get(tenant_id, connection_id)
    known = [one for one in await connections.streams(tenant_id, connection_id) if one.name > after]
    wanted = [one for one in known if not stream or one.name == stream]
    shown = wanted[: min(size, MAX_STREAMS)]
    found = await proposals.proposed(tenant_id, connection_id, {one.name for one in shown}) if shown else {}
    previews = [await asyncio.to_thread(_preview, tenant_id, one, found.get(one.name), previewer) for one in shown]
    return ConnectionPreview(connection, previews, shown[-1].name if len(wanted) > len(shown) else "")


def _preview(tenant_id: UUID, stream: Stream, proposal: ProposedMapping | None, previewer: Previewer) -> StreamPreview:
    if stream.state is StreamState.FAILED:
        return StreamPreview(stream, proposal, Projection(), stream.error)
    mapping = stream.mapping or (proposal.mapping if proposal else None)
    if mapping is None:
        error = "No entity fits this stream." if proposal else "No mapping is proposed for it yet."
        return StreamPreview(stream, proposal, Projection(), error)
    try:
        projection = previewer.preview(sample_task(tenant_id, stream), _keyed(mapping, stream), SAFE_ROWS)
    except (MappingInvalid, ProjectionFailed) as error:
        return StreamPreview(stream, proposal, Projection(), str(error))
    return StreamPreview(stream, proposal, projection)


def _keyed(mapping: Mapping, stream: Stream) -> Mapping:
    """With the source's own key where the mapping names none, as in a sync."""
    return replace(mapping, key_columns=mapping.key_columns or (stream.schema.primary_key if stream.schema else ()))
