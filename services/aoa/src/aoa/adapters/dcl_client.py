"""The `Views` and `Ingestions` ports: DCL over gRPC, with a service token for the tenant."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import grpc
from aos_common.auth import ServiceTokens
from aos_common.grpc import bearer, calls
from autonomos.dcl.v1 import views_pb2 as pb
from autonomos.dcl.v1 import views_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

from aoa.domain.question import Aggregate, Answer, Filter, OrderBy, Query, Row, Sizes

TIMEOUT = 30.0
MAX_RUNS = 200
PEER = "DCL"


class DclClient:
    """Reads views on behalf of tenants; each call ends within 30 seconds."""

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._views = stubs.ViewServiceStub(channel)
        self._tokens = tokens

    async def sizes(self, tenant_id: UUID) -> Sizes:
        """Return the rows of each view."""
        async with calls(PEER):
            answer = await self._views.ListViews(
                pb.ListViewsRequest(), timeout=TIMEOUT, metadata=await self._bearer(tenant_id)
            )
        return Sizes({view.name: view.rows for view in answer.views})

    async def aggregate(self, tenant_id: UUID, agent: str, question: Aggregate) -> Answer:
        """Compute figures over groups."""
        request = pb.AggregateViewRequest(
            view=question.view,
            group_by=[
                pb.GroupBy(column=g.column, json_key=g.json_key, grain=g.grain, name=g.name) for g in question.groups
            ],
            measures=[pb.Measure(op=m.op, column=m.column, name=m.name) for m in question.measures],
            filters=_filters(question.filters),
            order_by=_order(question.order_by),
            limit=question.limit,
            agent=agent,
        )
        async with calls(PEER):
            answer = await self._views.AggregateView(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
        return Answer(tuple(map(_row, answer.rows)), answer.truncated)

    async def query(self, tenant_id: UUID, agent: str, question: Query) -> Answer:
        """Return rows."""
        request = pb.QueryViewRequest(
            view=question.view,
            columns=question.columns,
            filters=_filters(question.filters),
            order_by=_order(question.order_by),
            page_size=question.limit,
            agent=agent,
        )
        async with calls(PEER):
            answer = await self._views.QueryView(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
        return Answer(tuple(map(_row, answer.rows)), bool(answer.next_page_token))

    async def progress(self, tenant_id: UUID, run_ids: Sequence[str]) -> tuple[int, int]:
        """Return the streams announced and the streams applied."""
        announced = applied = 0
        for start in range(0, len(run_ids), MAX_RUNS):
            request = pb.GetIngestionRequest(run_ids=run_ids[start : start + MAX_RUNS])
            async with calls(PEER):
                part = await self._views.GetIngestion(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
            announced += part.streams_announced
            applied += part.streams_applied
        return announced, applied

    async def _bearer(self, tenant_id: UUID) -> tuple[tuple[str, str], ...]:
        return bearer(await self._tokens.token_for(tenant_id))


def _filters(filters: Iterable[Filter]) -> list[pb.Filter]:
    return [pb.Filter(column=f.column, op=f.op, values=f.values) for f in filters]


def _order(keys: Iterable[OrderBy]) -> list[pb.OrderBy]:
    return [pb.OrderBy(column=key.column, descending=key.descending) for key in keys]


def _row(message: Struct) -> Row:
    row: dict[str, str | int | float | bool | None] = {}
    for name, value in message.fields.items():
        kind = value.WhichOneof("kind")
        row[name] = None if kind in (None, "null_value") else _plain(getattr(value, kind))
    return row


def _plain(value: object) -> str | int | float | bool:
    # JSON knows one kind of number: what is whole was a whole number.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | float | bool) else str(value)
