"""The one place where metrics turn into protobuf messages, and back."""

from collections.abc import Iterable
from decimal import Decimal

from autonomos.dcl.v1 import metrics_pb2 as pb
from autonomos.dcl.v1 import views_pb2 as vp

from dcl.domain.metrics.figures import Figure, MetricResult, MetricRow
from dcl.domain.metrics.model import Metric
from dcl.domain.metrics.periods import Period, read_period
from dcl.domain.metrics.query import DimensionFilter, MetricQuery
from dcl.domain.view import Filter


def metric_message(metric: Metric) -> pb.Metric:
    """Show a metric's definition."""
    return pb.Metric(
        name=metric.name,
        title=metric.title,
        description=metric.description,
        synonyms=metric.synonyms,
        view=metric.view,
        unit=metric.unit,
        unit_column=metric.unit_column,
        time_column=metric.time,
        additivity=metric.additivity,
        formula=metric.formula,
        personas=metric.personas,
        connect=metric.connect,
        dimensions=[
            pb.MetricDimension(
                name=one.name, title=one.title, synonyms=one.synonyms, column=one.column, json_key=one.json_key
            )
            for one in metric.dimensions
        ],
    )


def metric_query(request: pb.QueryMetricRequest) -> MetricQuery:
    """Read a question."""
    return MetricQuery(
        metric=request.metric,
        dimensions=tuple(request.dimensions),
        filters=tuple(DimensionFilter(item.dimension, item.op, tuple(item.values)) for item in request.filters),
        grain=request.grain,
        period=_period(request.period),
        comparison=request.comparison,
        compared_with=_period(request.comparison_period),
        order=request.order,
        limit=request.limit,
        snapshot=request.snapshot or None,
    )


def _period(message: pb.MetricPeriod) -> Period | None:
    return read_period(getattr(message, "from"), message.until)


def result_message(result: MetricResult) -> pb.QueryMetricResponse:
    """Show a metric's figures."""
    message = pb.QueryMetricResponse(
        metric=metric_message(result.metric),
        rows=map(_row, result.rows),
        totals=map(_row, result.totals),
        truncated=result.truncated,
        snapshot=result.snapshot,
        view_rows=result.view_rows,
        data_from=result.data_from,
        data_until=result.data_until,
        as_of=result.as_of,
    )
    if result.period:
        message.period.CopyFrom(_period_message(result.period))
    if result.compared_with:
        message.comparison_period.CopyFrom(_period_message(result.compared_with))
    return message


def _period_message(period: Period) -> pb.MetricPeriod:
    return pb.MetricPeriod(**{"from": period.since.isoformat(), "until": period.until.isoformat()})


def _row(row: MetricRow) -> pb.MetricRow:
    return pb.MetricRow(
        dimensions=[pb.DimensionValue(dimension=name, value=value) for name, value in row.dimensions],
        unit=row.unit,
        figure=_figure(row.figure),
        parts=map(_figure, row.parts),
        compared=_figure(row.compared) if row.compared else None,
        compared_parts=map(_figure, row.compared_parts),
        change=_text(row.change),
        change_percent=_text(row.change_percent),
    )


def _figure(figure: Figure) -> pb.Figure:
    return pb.Figure(value=_text(figure.value), filters=_filters(figure.filters), rows=figure.rows, title=figure.title)


def _filters(filters: Iterable[Filter]) -> list[vp.Filter]:
    return [vp.Filter(column=item.column, op=item.op, values=item.values, json_key=item.json_key) for item in filters]


def _text(value: Decimal | None) -> str | None:
    """Show a decimal without an exponent and without zeros at its end."""
    if value is None:
        return None
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
