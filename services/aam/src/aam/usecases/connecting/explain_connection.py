"""Tell the whole story of a connection and its last run."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from aam.domain.connection import INCOMPLETE, Connection, Stream
from aam.domain.errors import SourceError
from aam.domain.run import StreamRun, SyncRun
from aam.domain.steering import sentences
from aam.ports import (
    Clock,
    Connections,
    Connectors,
    HoldingConnector,
    Quarantine,
    RefusalCount,
    ReportingSource,
    Runs,
    Statistics,
)
from aam.usecases.connecting.open_source import open_source

ASK_SECONDS = 5.0


@dataclass(frozen=True)
class Explanation:
    """A connection, its streams, its last run, why rows were refused, and all of it in sentences."""

    connection: Connection
    streams: list[Stream]
    last_run: SyncRun | None
    refusals: list[RefusalCount]
    story: list[str]


async def explain_connection(
    tenant_id: UUID,
    connection_id: UUID,
    *,
    connections: Connections,
    connectors: Connectors,
    runs: Runs,
    quarantine: Quarantine,
    statistics: Statistics,
    clock: Clock,
) -> Explanation:
    """Read only; figures come from the stored rows, and from the source where it holds something for us."""
    connection = await connections.get(tenant_id, connection_id)
    warnings = (await statistics.warnings(tenant_id, [connection_id], clock())).get(connection_id, [])
    connection = replace(connection, warnings=tuple(warnings))
    streams = await connections.streams(tenant_id, connection_id)
    last = next(iter(await runs.page(tenant_id, connection_id, 1, None)), None)
    refusals = await quarantine.reasons(tenant_id, connection_id)
    story = [f"{connection.name} reads {connection.location} with {connection.connector} and is {connection.state}."]
    story += [connection.error] if connection.error else []
    story += sentences(connection.name, connection.steering)
    story += warnings
    story += await _held(tenant_id, connection, connections, connectors)
    story += [_stream(stream) for stream in streams]
    story += _run(last) if last else ["It has not been synced yet."]
    story += [f"{one.rows} rows of {one.stream} are in quarantine: {_place(one)}{one.reason}." for one in refusals]
    return Explanation(connection, streams, last, refusals, story)


async def _held(tenant_id: UUID, connection: Connection, connections: Connections, connectors: Connectors) -> list[str]:
    """What the source holds for the connection; a source that does not answer soon is no reason to tell nothing."""
    if connection.state in INCOMPLETE:
        return []
    connector = connectors.get(connection.connector)
    if not isinstance(connector, HoldingConnector) or not (held := connector.held(connection.settings)):
        return []
    try:
        source = await open_source(tenant_id, connection, connections=connections, connectors=connectors)
        if not isinstance(source, ReportingSource):
            return []
        async with asyncio.timeout(ASK_SECONDS):
            return await asyncio.to_thread(source.report)
    except (SourceError, TimeoutError):
        return [f"How much the source holds for {held} cannot be asked now."]


def _stream(stream: Stream) -> str:
    entity = f" as {stream.mapping.entity}, mapping version {stream.mapping.version}" if stream.mapping else ""
    return f"{stream.name} is {stream.state}{entity}.{' ' + stream.error if stream.error else ''}"


def _run(run: SyncRun) -> list[str]:
    told = [f"The last run {run.id} began {run.created_at:%Y-%m-%d %H:%M:%S} UTC and {_state(run)}."]
    return told + [_stream_run(stream) for stream in run.streams]


def _state(run: SyncRun) -> str:
    return f"{run.state} at {run.ended_at:%H:%M:%S}" if run.ended_at else f"is {run.state}"


def _stream_run(stream: StreamRun) -> str:
    counts = f"{stream.rows_read} rows read, {stream.rows_published} published, {stream.rows_quarantined} set aside"
    remark = stream.error or stream.note
    return f"{stream.stream} {stream.state}: {counts}.{' ' + remark if remark else ''}"


def _place(refusal: RefusalCount) -> str:
    return f"column {refusal.column}, " if refusal.column else ""
