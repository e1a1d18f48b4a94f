"""Compute figures over a unified view."""

from dataclasses import replace
from uuid import UUID

from aos_common.paging import page_size

from dcl.domain.ontology import Ontology
from dcl.domain.view import Aggregation, check_aggregation
from dcl.ports import Consumptions, Lake, Row
from dcl.usecases.find_view import find_view

MAX_GROUPS = 10_000


async def aggregate_view(
    tenant_id: UUID,
    view: str,
    question: Aggregation,
    agent: str,
    *,
    ontology: Ontology,
    lake: Lake,
    consumptions: Consumptions,
    snapshot: int | None = None,
) -> tuple[list[Row], bool]:
    """Return one row a group, and whether there were more groups than the limit. Raise `QueryInvalid`."""
    entity = find_view(ontology, view)
    check_aggregation(entity, question)
    limit = page_size(question.limit, default=100, maximum=MAX_GROUPS)
    rows = await lake.aggregate(tenant_id, entity, replace(question, limit=limit), snapshot=snapshot)
    if agent:
        await consumptions.record(tenant_id, agent, entity.name)
    return rows[:limit], len(rows) > limit
