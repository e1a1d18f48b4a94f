"""DCL's contract over real data in DuckDB, and an ingestion that goes as far as a test lets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from aoa.domain.question import Aggregate, Filter, GroupBy, Measure, OrderBy, Query
from aos_common.grpc import current_caller
from autonomos.dcl.v1 import views_pb2 as pb
from autonomos.dcl.v1 import views_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

from aoa_fakes.duckdb_views import DuckDbViews


@dataclass
class FakeLake(stubs.ViewServiceServicer):
    """Views over DuckDB; `announced` and `applied` are what GetIngestion answers."""

    views: DuckDbViews
    announced: int = 0
    applied: int = 0
    agents: set[str] = field(default_factory=set)
    awaited: list[list[str]] = field(default_factory=list)
    failures: int = 0

    async def ListViews(self, request: Any, context: Any) -> pb.ListViewsResponse:
        sizes = await self.views.sizes(current_caller().tenant_id)
        return pb.ListViewsResponse(views=[pb.View(name=name, rows=rows) for name, rows in sizes.rows.items()])

    async def QueryView(self, request: pb.QueryViewRequest, context: Any) -> pb.QueryViewResponse:
        self.agents.add(request.agent)
        question = Query(
            request.view, tuple(request.columns), _filters(request), _order(request), request.page_size or 50
        )
        answer = await self.views.query(current_caller().tenant_id, request.agent, question)
        return pb.QueryViewResponse(rows=map(_struct, answer.rows), next_page_token="more" if answer.truncated else "")

    async def AggregateView(self, request: pb.AggregateViewRequest, context: Any) -> pb.AggregateViewResponse:
        self.agents.add(request.agent)
        if self.failures > 0:
            self.failures -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the lake stumbles")
        question = Aggregate(
            request.view,
            tuple(Measure(m.op, m.name, m.column) for m in request.measures),
            tuple(GroupBy(g.column, g.name, g.json_key, g.grain) for g in request.group_by),
            _filters(request),
            _order(request),
            request.limit or 100,
        )
        answer = await self.views.aggregate(current_caller().tenant_id, request.agent, question)
        return pb.AggregateViewResponse(rows=map(_struct, answer.rows), truncated=answer.truncated)

    async def GetIngestion(self, request: pb.GetIngestionRequest, context: Any) -> pb.GetIngestionResponse:
        self.awaited.append(list(request.run_ids))
        return pb.GetIngestionResponse(streams_announced=self.announced, streams_applied=self.applied)

    def register(self, server: grpc.aio.Server) -> None:
        stubs.add_ViewServiceServicer_to_server(self, server)


def _filters(request: Any) -> tuple[Filter, ...]:
    return tuple(Filter(f.column, f.op, tuple(f.values)) for f in request.filters)


def _order(request: Any) -> tuple[OrderBy, ...]:
    return tuple(OrderBy(key.column, key.descending) for key in request.order_by)


def _struct(row: Mapping[str, Any]) -> Struct:
    message = Struct()
    message.update(dict(row))
    return message
