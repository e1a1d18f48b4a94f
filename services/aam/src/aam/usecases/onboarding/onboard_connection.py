"""Look at a connection's source: check it, find its streams, land samples, ask for mappings."""

import asyncio
from dataclasses import replace
from uuid import UUID

from aam.domain.connection import INCOMPLETE, Connection, ConnectionState, Stream, StreamState, state_after
from aam.domain.errors import Fault, SourceError
from aam.domain.onboarding import SAFE_ROWS
from aam.domain.schema import fingerprint
from aam.ports import (
    Connections,
    Connectors,
    DiscoveredStream,
    Extractor,
    Flags,
    LimitedSource,
    Mappings,
    Reach,
    Source,
)
from aam.usecases.connecting.check_source import check_source
from aam.usecases.connecting.open_source import open_source
from aam.usecases.onboarding.sample_task import sample_task

AT_ONCE = 2
SAMPLE_ROWS = 1_000


async def onboard_connection(
    tenant_id: UUID,
    connection_id: UUID,
    *,
    connections: Connections,
    connectors: Connectors,
    extractor: Extractor,
    mappings: Mappings,
    flags: Flags,
    reach: Reach,
) -> None:
    """Leave the connection ACTIVE with its streams ready or waiting for a mapping, or FAILED with the reason.

    In Safe Mode it is left SAFE_MODE instead: `SAFE_ROWS` rows of each stream were read at most, and no proposal is
    decided. Looking again accepts the present shape of every stream as its new baseline. Raises `SourceError` only
    where a retry can help.
    """
    connection = await connections.get(tenant_id, connection_id)
    if connection.state in INCOMPLETE:
        return
    try:
        source = await open_source(tenant_id, connection, connections=connections, connectors=connectors)
        source = _limited(source, connection)
        found = await asyncio.to_thread(_discover, source, connection, reach)
    except SourceError as error:
        await connections.set_state(tenant_id, connection_id, ConnectionState.FAILED, str(error), error.obstacle)
        if error.fault is Fault.TRANSIENT:
            raise
        return
    await connections.drop_streams(tenant_id, connection_id, [stream.name for stream in found])
    proposes = await flags.is_on(tenant_id, "use_dcl_intelligence_api", default=True)
    known = {stream.name: stream for stream in await connections.streams(tenant_id, connection_id)}
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(stream: DiscoveredStream) -> Stream:
        async with slots:
            blank = Stream(connection_id, stream.name, StreamState.DISCOVERED)
            looked = _baseline(known.get(stream.name, blank), stream)
            await connections.save_stream(tenant_id, looked)
            if looked.state is StreamState.NEEDS_MAPPING:
                looked = await _map(tenant_id, connection, looked, source, extractor, mappings if proposes else None)
                await connections.save_stream(tenant_id, looked)
            return looked

    streams = await asyncio.gather(*(one(stream) for stream in found))
    await connections.set_state(tenant_id, connection_id, _state(connection, streams), _summary(streams))


def _limited(source: Source, connection: Connection) -> Source:
    return source.limited(SAFE_ROWS) if connection.safe_mode and isinstance(source, LimitedSource) else source


def _state(connection: Connection, streams: list[Stream]) -> ConnectionState:
    state = state_after(streams)
    return ConnectionState.SAFE_MODE if connection.safe_mode and state is ConnectionState.ACTIVE else state


def _discover(source: Source, connection: Connection, reach: Reach) -> list[DiscoveredStream]:
    check_source(source, reach)
    found = source.discover()
    missing = sorted(set(connection.streams) - {stream.name for stream in found})
    if missing:
        raise SourceError(
            f"{source.location} has no {', '.join(missing[:5])}.",
            hint="Check the chosen streams; leave the choice empty to read all.",
        )
    chosen = [stream for stream in found if not connection.streams or stream.name in connection.streams]
    if not chosen:
        raise SourceError(
            f"{source.location} holds nothing that can be read.", hint="Check what the user may read, and the settings."
        )
    return chosen


def _baseline(stream: Stream, found: DiscoveredStream) -> Stream:
    """The stream with its present shape as baseline; one that keeps its shape keeps its mapping."""
    if found.schema is None:
        return replace(stream, state=StreamState.FAILED, error=found.error)
    mark = fingerprint(found.schema.columns)
    ready = stream.mapping is not None and stream.fingerprint == mark
    state = StreamState.READY if ready else StreamState.NEEDS_MAPPING
    return replace(stream, state=state, schema=found.schema, fingerprint=mark, error="")


async def _map(
    tenant_id: UUID,
    connection: Connection,
    stream: Stream,
    source: Source,
    extractor: Extractor,
    mappings: Mappings | None,
) -> Stream:
    """Land a sample and ask for a mapping; without `mappings` the stream waits for one of its own accord."""
    assert stream.schema is not None
    task, safe = sample_task(tenant_id, stream), connection.safe_mode
    try:
        sample = await asyncio.to_thread(extractor.sample, task, source, SAFE_ROWS if safe else SAMPLE_ROWS)
    except SourceError as error:
        return replace(stream, state=StreamState.FAILED, error=str(error))
    if mappings is None:
        return replace(stream, mapping=None, error="no mapping was asked for: use_dcl_intelligence_api is off")
    await mappings.propose(tenant_id, connection, stream.schema, stream.name, sample, hold=safe)
    mapping = await mappings.in_force(tenant_id, connection.id, stream.name)
    if mapping is None:
        return replace(stream, mapping=None)
    return replace(stream, state=StreamState.READY, mapping=mapping)


def _summary(streams: list[Stream]) -> str:
    failed = [stream for stream in streams if stream.state is StreamState.FAILED]
    if not failed:
        return ""
    told = " ".join(f"{stream.name}: {stream.error}" for stream in failed[:5])
    return f"{len(failed)} of {len(streams)} streams cannot be read. {told}"
