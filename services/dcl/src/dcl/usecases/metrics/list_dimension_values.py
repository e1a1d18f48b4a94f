"""List the values that a metric's dimensions take."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_common.paging import page_size

from dcl.domain.metrics.model import Dimension, Metrics
from dcl.domain.ontology import Ontology
from dcl.domain.view import Aggregation, Filter, GroupBy, Measure, OrderBy
from dcl.ports import Lake

MAX_VALUES = 500


@dataclass(frozen=True)
class DimensionValues:
    """A dimension's values, most rows first, and whether there are more."""

    dimension: str
    values: tuple[str, ...]
    truncated: bool


async def list_dimension_values(
    tenant_id: UUID,
    metric_name: str,
    names: Sequence[str],
    limit: int,
    *,
    metrics: Metrics,
    ontology: Ontology,
    lake: Lake,
) -> list[DimensionValues]:
    """Return the values of some dimensions, or of all; raise `MetricUnknown` or `QueryInvalid`."""
    metric = metrics.named(metric_name)
    most = page_size(limit, default=200, maximum=MAX_VALUES)
    wanted = [metric.dimension(name) for name in names] or list(metric.dimensions)
    answers = await lake.groups(tenant_id, ontology.entity(metric.view), [_question(one) for one in metric.dimensions])
    taken = {one.name: rows for one, rows in zip(metric.dimensions, answers, strict=True)}
    return [
        DimensionValues(
            one.name, tuple(str(row["value"]) for row in taken[one.name][:most]), len(taken[one.name]) > most
        )
        for one in wanted
    ]


def _question(dimension: Dimension) -> Aggregation:
    return Aggregation(
        (GroupBy(dimension.column, dimension.json_key, name="value"),),
        (Measure("count", "", "rows"),),
        (Filter(dimension.column, "not_null", (), dimension.json_key),),
        (OrderBy("rows", descending=True),),
        MAX_VALUES,
    )
