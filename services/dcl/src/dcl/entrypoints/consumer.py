"""Canonical batches from AAM, off their streams into the lake."""

from aos_common.streams import Event
from autonomos.events.v1 import events_pb2 as pb

from dcl.domain.ingestion import Batch, Completion
from dcl.entrypoints.api import DclApi

BATCH = "aam.canonical.batch"
COMPLETED = "aam.stream.completed"


class CanonicalConsumer:
    """Handles the events of `aam:canonical:<n>`; both kinds may come twice and in any order."""

    def __init__(self, api: DclApi) -> None:
        self._api = api

    async def __call__(self, event: Event) -> None:
        """Apply one event for the tenant that its envelope names; AAM alone can write these streams."""
        if event.type == BATCH:
            await self._api.ingest(event.tenant_id, _batch(pb.CanonicalBatch.FromString(event.data)))
        elif event.type == COMPLETED:
            await self._api.ingest(event.tenant_id, _completion(pb.StreamCompleted.FromString(event.data)))


def announced_by(event: Event) -> tuple[str, str] | None:
    """Return run id and source that an event is about; None for events of another kind."""
    if event.type not in (BATCH, COMPLETED):
        return None
    kind = pb.CanonicalBatch if event.type == BATCH else pb.StreamCompleted
    message = kind.FromString(event.data)
    return message.run_id, message.source


def _batch(message: pb.CanonicalBatch) -> Batch:
    return Batch(
        batch_id=message.batch_id,
        run_id=message.run_id,
        source=message.source,
        entity=message.entity,
        object_key=message.object_key,
    )


def _completion(message: pb.StreamCompleted) -> Completion:
    return Completion(
        run_id=message.run_id,
        source=message.source,
        entity=message.entity,
        batch_ids=tuple(message.batch_ids),
        snapshot=message.snapshot,
        snapshot_version=message.snapshot_version,
    )
