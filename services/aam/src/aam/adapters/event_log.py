"""What the mesh announces, written to the outbox in the transaction of the fact."""

from uuid import UUID

from aos_common.ids import derived_id
from aos_common.outbox import publish
from aos_common.streams import canonical_stream
from autonomos.events.v1 import events_pb2
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.domain.connection import Stream
from aam.domain.landing import source_id
from aam.ports import Extraction

BATCH = "aam.canonical.batch"
COMPLETED = "aam.stream.completed"


async def announce(
    tx: AsyncConnection, tenant_id: UUID, run_id: UUID, stream: Stream, extraction: Extraction, partitions: int
) -> None:
    """One `CanonicalBatch` a batch and one `StreamCompleted`; the same run announces the same events."""
    mapping = stream.mapping
    assert mapping is not None
    channel = canonical_stream(tenant_id, partitions)
    common = {
        "run_id": str(run_id),
        "connection_id": str(stream.connection_id),
        "stream": stream.name,
        "source": source_id(stream.connection_id, stream.name),
        "entity": mapping.entity,
    }
    for name, rows in extraction.batches:
        batch = events_pb2.CanonicalBatch(
            **common,
            batch_id=str(name.batch_id),
            mapping_version=mapping.version,
            object_key=name.canonical_key,
            rows=rows,
            fingerprint=stream.fingerprint,
        )
        await publish(tx, tenant_id=tenant_id, stream=channel, type_=BATCH, message=batch, event_id=name.batch_id)
    completed = events_pb2.StreamCompleted(
        **common,
        batch_ids=[str(name.batch_id) for name, _ in extraction.batches],
        snapshot=extraction.snapshot,
        snapshot_version=extraction.version,
    )
    event_id = derived_id("aam.stream.completed", run_id, stream.name)
    await publish(tx, tenant_id=tenant_id, stream=channel, type_=COMPLETED, message=completed, event_id=event_id)
