"""Tell the whole story of a connection and its last run."""

from dataclasses import dataclass
from uuid import UUID

from aam.domain.connection import Connection, Stream
from aam.domain.run import StreamRun, SyncRun
from aam.ports import Connections, Quarantine, RefusalCount, Runs


@dataclass(frozen=True)
class Explanation:
    """A connection, its streams, its last run, why rows were refused, and all of it in sentences."""

    connection: Connection
    streams: list[Stream]
    last_run: SyncRun | None
    refusals: list[RefusalCount]
    story: list[str]


async def explain_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, runs: Runs, quarantine: Quarantine
) -> Explanation:
    """Read only; figures come from the stored rows."""
    connection = await connections.get(tenant_id, connection_id)
    streams = await connections.streams(tenant_id, connection_id)
    last = next(iter(await runs.page(tenant_id, connection_id, 1, None)), None)
    refusals = await quarantine.reasons(tenant_id, connection_id)
    story = [f"{connection.name} reads {connection.location} with {connection.connector} and is {connection.state}."]
    story += [connection.error] if connection.error else []
    story += [_stream(stream) for stream in streams]
    story += _run(last) if last else ["It has not been synced yet."]
    story += [f"{one.rows} rows of {one.stream} are in quarantine: {_place(one)}{one.reason}." for one in refusals]
    return Explanation(connection, streams, last, refusals, story)


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
