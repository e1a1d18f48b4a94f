"""The one place where DCL's types turn into protobuf messages, and back."""

from collections.abc import Iterable
from typing import Any

from autonomos.dcl.v1 import mappings_pb2 as mp
from autonomos.dcl.v1 import views_pb2 as vp
from google.protobuf.struct_pb2 import Struct

from dcl.domain.lineage import Graph
from dcl.domain.mapping import FieldMapping, Mapping, Proposal
from dcl.domain.sampled import SampledColumn, SampledStream
from dcl.domain.view import Aggregation, Filter, GroupBy, Measure, OrderBy
from dcl.ports import Row
from dcl.usecases.list_views import View
from dcl.usecases.query_view import ViewQuery


def sampled_stream(request: mp.ProposeMappingRequest) -> SampledStream:
    """Read a request for a proposal."""
    return SampledStream(
        connection_id=request.connection_id,
        connection_name=request.connection_name,
        stream=request.stream,
        columns=tuple(
            SampledColumn(column.name, column.type, column.description, tuple(column.values))
            for column in request.columns
        ),
        primary_key=tuple(request.primary_key),
    )


def field_message(item: FieldMapping) -> mp.FieldMapping:
    """Show one field of a mapping."""
    return mp.FieldMapping(
        source=item.source,
        attribute=item.attribute,
        type=item.type,
        transform=mp.Transform(**item.transform.as_dict()),
        confidence=item.confidence,
        tier=item.tier,
        reasons=item.reasons,
    )


def proposal_message(proposal: Proposal) -> mp.Proposal:
    """Show a proposal."""
    message = mp.Proposal(
        id=str(proposal.id),
        connection_id=proposal.connection_id,
        stream=proposal.stream,
        entity=proposal.entity,
        state=proposal.state,
        tier=proposal.tier,
        entity_confidence=proposal.entity_confidence,
        reasons=proposal.reasons,
        key_columns=proposal.key_columns,
        fields=[field_message(item) for item in proposal.fields],
        extras=proposal.extras,
        decided_by=proposal.decided_by,
    )
    message.create_time.FromDatetime(proposal.created_at)
    return message


def mapping_message(mapping: Mapping) -> mp.Mapping:
    """Show a mapping version."""
    return mp.Mapping(
        connection_id=mapping.connection_id,
        stream=mapping.stream,
        version=mapping.version,
        entity=mapping.entity,
        key_columns=mapping.key_columns,
        fields=[field_message(item) for item in mapping.fields],
        approved_by=mapping.approved_by,
    )


def view_message(view: View) -> vp.View:
    """Show a view."""
    columns = [vp.ViewColumn(name=c.name, type=c.type.value, description=c.description) for c in view.columns]
    return vp.View(name=view.name, rows=view.rows, records=view.records, columns=columns)


def row_message(row: Row) -> Struct:
    """Show a row."""
    message = Struct()
    values: dict[str, Any] = dict(row)
    message.update(values)
    return message


def view_query(request: vp.QueryViewRequest) -> ViewQuery:
    """Read a query."""
    return ViewQuery(
        view=request.view,
        columns=tuple(request.columns),
        filters=filters_of(request.filters),
        order_by=_order(request.order_by),
        page_size=request.page_size,
        page_token=request.page_token,
        agent=request.agent,
        snapshot=request.snapshot or None,
    )


def aggregation(request: vp.AggregateViewRequest) -> Aggregation:
    """Read a question for figures."""
    return Aggregation(
        groups=tuple(GroupBy(g.column, g.json_key, g.grain, g.name) for g in request.group_by),
        measures=tuple(Measure(m.op, m.column, m.name) for m in request.measures),
        filters=filters_of(request.filters),
        order_by=_order(request.order_by),
        limit=request.limit,
    )


def filters_of(messages: Iterable[vp.Filter]) -> tuple[Filter, ...]:
    """Read conditions."""
    return tuple(Filter(m.column, m.op, tuple(m.values), m.json_key) for m in messages)


def _order(messages: Iterable[vp.OrderBy]) -> tuple[OrderBy, ...]:
    return tuple(OrderBy(m.column, m.descending) for m in messages)


def graph_message(graph: Graph) -> vp.GetGraphResponse:
    """Show the lineage graph."""
    return vp.GetGraphResponse(
        nodes=[
            vp.GraphNode(
                id=n.id,
                kind=n.kind,
                layer=n.layer,
                label=n.label,
                parent_id=n.parent_id,
                rows=n.rows,
                deleted=n.deleted,
            )
            for n in graph.nodes
        ],
        edges=[
            vp.GraphEdge(
                id=e.id,
                source=e.source,
                target=e.target,
                kind=e.kind,
                rows=e.rows,
                fields=[vp.GraphField(source=f.source, target=f.target, confidence=f.confidence) for f in e.fields],
            )
            for e in graph.edges
        ],
    )
