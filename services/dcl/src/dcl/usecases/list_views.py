"""List the unified views."""

from dataclasses import dataclass
from uuid import UUID

from dcl.domain.ontology import Ontology
from dcl.domain.view import Column, columns_of
from dcl.ports import Lake


@dataclass(frozen=True)
class View:
    """A view with its rows, and the source records behind them."""

    name: str
    rows: int
    records: int
    columns: tuple[Column, ...]


async def list_views(tenant_id: UUID, *, ontology: Ontology, lake: Lake) -> list[View]:
    """Return every view, also the empty ones, in order of name."""
    counts = await lake.counts(tenant_id)
    return [View(entity.name, *counts[entity.name], columns_of(entity)) for entity in ontology.entities]
