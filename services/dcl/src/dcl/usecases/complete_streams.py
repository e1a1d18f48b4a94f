"""Complete the streams of a run whose every batch is applied."""

from uuid import UUID

from dcl.domain.ontology import Ontology
from dcl.ports import Lake, Ledger


async def complete_streams(tenant_id: UUID, run_id: str, ledger: Ledger, *, ontology: Ontology, lake: Lake) -> None:
    """Drop what completed snapshots no longer hold, and mark their streams complete.

    Called after a batch and after an announcement, so that the order in which they come does not matter.
    """
    for completion in await ledger.completable(run_id):
        if completion.snapshot:
            entity = ontology.entity(completion.entity)
            await lake.cut(tenant_id, entity, completion.source, completion.snapshot_version)
        await ledger.complete(completion)
