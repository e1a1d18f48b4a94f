"""The use cases of metrics with their ports filled in: what REST and gRPC both call."""

from collections.abc import Sequence
from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from dcl.domain.metrics.figures import MetricResult
from dcl.domain.metrics.model import Metric, Metrics
from dcl.domain.metrics.query import MetricQuery
from dcl.domain.ontology import Ontology
from dcl.ports import Lake
from dcl.usecases.metrics.list_dimension_values import DimensionValues, list_dimension_values
from dcl.usecases.metrics.query_metric import query_metric


@dataclass(frozen=True)
class MetricsApi:
    """The use cases of metrics, wired."""

    metrics: Metrics
    ontology: Ontology
    lake: Lake

    async def list(self, caller: Caller) -> tuple[Metric, ...]:
        """Return every metric."""
        require(caller, Permission.VIEWS_READ)
        return self.metrics.all

    async def query(self, caller: Caller, query: MetricQuery) -> MetricResult:
        """Compute a metric."""
        require(caller, Permission.VIEWS_READ)
        return await query_metric(caller.tenant_id, query, metrics=self.metrics, ontology=self.ontology, lake=self.lake)

    async def values(
        self, caller: Caller, metric: str, dimensions: Sequence[str], limit: int
    ) -> Sequence[DimensionValues]:
        """Return values of a metric's dimensions."""
        require(caller, Permission.VIEWS_READ)
        return await list_dimension_values(
            caller.tenant_id, metric, dimensions, limit, metrics=self.metrics, ontology=self.ontology, lake=self.lake
        )
