"""Apply a canonical batch that AAM announced."""

from uuid import UUID

from dcl.domain.errors import BatchInvalid
from dcl.domain.ingestion import Batch
from dcl.domain.ontology import EntityUnknown, Ontology
from dcl.ports import Ingestions, Lake
from dcl.usecases.complete_streams import complete_streams


async def apply_batch(tenant_id: UUID, batch: Batch, *, ontology: Ontology, lake: Lake, ingestions: Ingestions) -> None:
    """Merge the batch into the lake once; then complete its stream if it was the last one missing.

    The lake commits before the ledger. A crash between the two repeats the merge, which changes nothing.
    """
    try:
        entity = ontology.entity(batch.entity)
    except EntityUnknown as error:
        raise BatchInvalid(f"The batch {batch.batch_id} is of the unknown entity {batch.entity!r}.") from error
    async with ingestions.exclusive(tenant_id) as ledger:
        if await ledger.has_batch(batch.batch_id):
            return
        rows = await lake.merge(tenant_id, entity, batch.source, batch.object_key)
        await ledger.add_batch(batch.batch_id, batch.run_id, batch.source, batch.entity, rows)
        await complete_streams(tenant_id, batch.run_id, ledger, ontology=ontology, lake=lake)
