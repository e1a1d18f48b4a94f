"""Take note that a run announced everything of a stream."""

from uuid import UUID

from dcl.domain.ingestion import Completion
from dcl.domain.ontology import Ontology
from dcl.ports import Ingestions, Lake
from dcl.usecases.complete_streams import complete_streams


async def announce_stream(
    tenant_id: UUID, completion: Completion, *, ontology: Ontology, lake: Lake, ingestions: Ingestions
) -> None:
    """Record the announcement; complete the stream if its batches are already applied."""
    async with ingestions.exclusive(tenant_id) as ledger:
        await ledger.add_stream(completion)
        await complete_streams(tenant_id, completion.run_id, ledger, ontology=ontology, lake=lake)
