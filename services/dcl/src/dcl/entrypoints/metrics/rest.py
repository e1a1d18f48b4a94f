"""Metrics over REST; answers are the contract's messages as JSON."""

from typing import Any

from aos_common.http import CurrentCaller
from autonomos.dcl.v1 import metrics_pb2 as pb
from fastapi import APIRouter
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict, Field

from dcl.domain.metrics.periods import Period, read_period
from dcl.domain.metrics.query import DimensionFilter, MetricQuery
from dcl.entrypoints.metrics import wire
from dcl.entrypoints.metrics.api import MetricsApi


class PeriodBody(BaseModel):
    """A range of days in UTC."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(default="", alias="from", max_length=10, description="First day, e.g. 2026-10-01.")
    until: str = Field(default="", max_length=10, description="The day after the last.")

    def domain(self) -> Period | None:
        """Read it."""
        return read_period(self.since, self.until)


class DimensionFilterBody(BaseModel):
    """A condition on a dimension."""

    dimension: str = Field(max_length=100)
    op: str = Field(default="eq", description="eq ne in contains is_null not_null")
    values: list[str] = Field(default=[], max_length=1000)


class MetricQueryBody(BaseModel):
    """A question for a metric."""

    model_config = ConfigDict(extra="forbid")

    dimensions: list[str] = Field(default=[], max_length=5)
    filters: list[DimensionFilterBody] = Field(default=[], max_length=20)
    grain: str = Field(default="", max_length=10, description="day, week, month, quarter or year")
    period: PeriodBody | None = None
    comparison: str = Field(default="", max_length=20, description="previous_period, last_year or explicit")
    comparison_period: PeriodBody | None = None
    order: str = Field(default="", max_length=10, description="value, change or name; a leading - sorts down")
    limit: int = Field(default=100, ge=1, le=1000)
    snapshot: int = Field(default=0, ge=0, lt=2**62, description="As the view was then; 0 means now.")

    def domain(self, metric: str) -> MetricQuery:
        """Read it."""
        return MetricQuery(
            metric=metric,
            dimensions=tuple(self.dimensions),
            filters=tuple(DimensionFilter(one.dimension, one.op, tuple(one.values)) for one in self.filters),
            grain=self.grain,
            period=self.period.domain() if self.period else None,
            comparison=self.comparison,
            compared_with=self.comparison_period.domain() if self.comparison_period else None,
            order=self.order,
            limit=self.limit,
            snapshot=self.snapshot or None,
        )


def router(api: MetricsApi) -> APIRouter:
    """Return the routes of metrics."""
    routes = APIRouter(tags=["metrics"])

    @routes.get("/metrics")
    async def list_metrics(caller: CurrentCaller) -> dict[str, Any]:
        """List the metrics with their dimensions."""
        return _json(pb.ListMetricsResponse(metrics=map(wire.metric_message, await api.list(caller))))

    @routes.post("/metrics/{metric}/query")
    async def query_metric(metric: str, body: MetricQueryBody, caller: CurrentCaller) -> dict[str, Any]:
        """Compute a metric, with the filters that select exactly the rows behind each figure."""
        return _json(wire.result_message(await api.query(caller, body.domain(metric))))

    return routes


def _json(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
