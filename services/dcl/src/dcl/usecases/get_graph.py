"""Draw the lineage graph."""

from uuid import UUID

from dcl.domain.lineage import Graph, draw_graph
from dcl.domain.ontology import Ontology
from dcl.ports import Consumptions, Lake, Mappings


async def get_graph(
    tenant_id: UUID, *, ontology: Ontology, lake: Lake, mappings: Mappings, consumptions: Consumptions
) -> Graph:
    """Return the graph source → data set → entity → agent, from mappings in force and records in the lake."""
    in_force = await mappings.list_mappings(tenant_id)
    used = [entity for entity in ontology.entities if any(m.entity == entity.name for m in in_force)]
    records = await lake.records_by_source(tenant_id, used)
    counts = await lake.counts(tenant_id)
    deleted = await lake.deletions_by_source(tenant_id)
    reads = await consumptions.list(tenant_id)
    return draw_graph(in_force, ontology, records, {name: rows for name, (rows, _) in counts.items()}, deleted, reads)
