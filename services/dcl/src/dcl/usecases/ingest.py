"""Ingest what AAM announced: batches, and which of them make a stream complete."""

import time
from uuid import UUID

from aos_common.flow import Stage, Status, tell

from dcl.domain.errors import BatchInvalid
from dcl.domain.ingestion import Batch, Completion
from dcl.domain.ontology import EntityUnknown, Ontology
from dcl.ports import Ingestions, Lake


async def ingest(
    tenant_id: UUID, announced: Batch | Completion, *, ontology: Ontology, lake: Lake, ingestions: Ingestions
) -> None:
    """Take note of an announcement; apply each stream of its run that is announced in full, once.

    Announcements may repeat and come in any order. A stream is applied in one lake transaction, so nobody sees half of
    it. The lake commits before the ledger: a crash between the two repeats the application, which changes nothing.
    """
    try:
        ontology.entity(announced.entity)
    except EntityUnknown as error:
        raise BatchInvalid(f"The stream {announced.source} is of the unknown entity {announced.entity!r}.") from error
    applied: list[tuple[Completion, int, float]] = []
    async with ingestions.exclusive(tenant_id) as ledger:
        if isinstance(announced, Batch):
            await ledger.add_batch(announced)
        else:
            await ledger.add_stream(announced)
        for completion, keys in await ledger.applicable(announced.run_id):
            entity = ontology.entity(completion.entity)
            snapshot, began = completion.snapshot_version if completion.snapshot else 0, time.monotonic()
            await lake.apply(tenant_id, entity, completion.source, keys, snapshot)
            await ledger.mark_applied(completion)
            applied.append((completion, len(keys), time.monotonic() - began))
    for done, batches, seconds in applied:
        words = {"run": done.run_id, "source": done.source, "batches": batches}
        tell("dcl", tenant_id, Stage.MATERIALIZED, Status.SUCCESS, f"view:{done.entity}", seconds=seconds, **words)
