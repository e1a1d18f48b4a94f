"""Tell the flow monitor how a stream of a run is getting on."""

from uuid import UUID

from aos_common.flow import Stage, Status, tell

from aam.domain.connection import Stream
from aam.domain.run import StreamRun, StreamRunState

_WORDS = {
    StreamRunState.RUNNING: (Stage.CONNECTION_START, Status.IN_PROGRESS),
    StreamRunState.SUCCEEDED: (Stage.EVENT_INGESTED, Status.SUCCESS),
    StreamRunState.HELD: (Stage.SCHEMA_DRIFT_DETECTED, Status.DEGRADED),
    StreamRunState.FAILED: (Stage.CONNECTION_FAILURE, Status.FAILURE),
}


def tell_stream(tenant_id: UUID, run_id: UUID, stream: Stream, now: StreamRun, seconds: float | None = None) -> None:
    """Tell it with the stream's counts; states nobody watches for are not told."""
    if now.state not in _WORDS:
        return
    stage, status = _WORDS[now.state]
    counts = {"rows": now.rows_published, "set_aside": now.rows_quarantined, "batches": now.batches}
    more = {name: value for name, value in counts.items() if value}
    error = {"error": now.error} if now.error else {}
    entity = f"stream:{stream.connection_id}/{stream.name}"
    tell("aam", tenant_id, stage, status, entity, seconds=seconds, run=run_id, **more, **error)
