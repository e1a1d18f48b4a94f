"""Hash the content of a unified view."""

from uuid import UUID

from dcl.domain.ontology import Ontology
from dcl.ports import Lake
from dcl.usecases.find_view import find_view


async def hash_view(tenant_id: UUID, view: str, *, ontology: Ontology, lake: Lake) -> tuple[str, int]:
    """Return the hash, equal for equal content in any order, and the rows hashed."""
    return await lake.content_hash(tenant_id, find_view(ontology, view))
