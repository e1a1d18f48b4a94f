"""Compute a metric, all figures of one snapshot."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from aos_common.paging import page_size

from dcl.domain.errors import QueryInvalid
from dcl.domain.metrics.figures import MetricResult, MetricRow, compared, ordered, rows_of
from dcl.domain.metrics.model import LATEST, Metrics
from dcl.domain.metrics.query import MAX_GROUPS, MetricQuery, Selection, check_query
from dcl.domain.ontology import Ontology
from dcl.domain.view import Aggregation, Measure, check_filters
from dcl.ports import Lake, Row

MAX_ROWS = 1000
_ALL = Aggregation((), (Measure("count", "", "rows"),), (), (), 1)


async def query_metric(
    tenant_id: UUID, query: MetricQuery, *, metrics: Metrics, ontology: Ontology, lake: Lake
) -> MetricResult:
    """Return the rows and totals; raise `MetricUnknown` or `QueryInvalid`."""
    metric = metrics.named(query.metric)
    entity = ontology.entity(metric.view)
    other = check_query(metric, query)
    limit = page_size(query.limit, default=100, maximum=MAX_ROWS)
    whole = [Selection(metric, entity, query.filters, one) for one in (query.period, *([other] if other else []))]
    check_filters(entity, whole[0].base)
    extents = [Selection(metric, entity, query.filters), *whole] if metric.time else []
    (counted, *spans), at = await lake.figures(
        tenant_id, entity, [_ALL, *(one.extent() for one in extents)], snapshot=query.snapshot
    )
    latest = whole
    if metric.additivity == LATEST:
        latest = [replace(one, as_of=_day(span)) for one, span in zip(whole, spans[1:], strict=True)]
    chosen = list(zip(whole if query.grain else latest, latest, strict=True))
    asked = [(row.figures(query.dimensions, query.grain), total.figures((), "")) for row, total in chosen]
    answers, _ = await lake.figures(tenant_id, entity, [one for pair in asked for one in pair], snapshot=at)
    rows, totals = _rows(chosen, query, answers)
    split = ordered(rows, query.order or ("name" if query.grain else "-value"))
    first = spans[0][0] if spans else {}
    return MetricResult(
        metric=metric,
        rows=tuple(split[:limit]),
        totals=tuple(ordered(totals, "-value")),
        truncated=len(split) > limit,
        snapshot=at,
        period=query.period,
        compared_with=other,
        view_rows=int(counted[0]["rows"] or 0),
        data_from=str(first.get("first") or ""),
        data_until=str(first.get("last") or ""),
        as_of=latest[0].as_of,
    )


def _day(span: list[Row]) -> str:
    return str(span[0]["last"] or "")


def _rows(
    chosen: Sequence[tuple[Selection, Selection]], query: MetricQuery, answers: Sequence[list[Row]]
) -> tuple[list[MetricRow], list[MetricRow]]:
    """Return rows and totals, beside those of the period compared with; without a split there are no rows."""
    if any(len(groups) > MAX_GROUPS for groups in answers):
        raise QueryInvalid(f"This split has more than {MAX_GROUPS:,} groups.", hint="Filter, or split by less.")
    found: list[list[MetricRow]] = []
    for number, (row, total) in enumerate(chosen):
        split = rows_of(row, query.dimensions, query.grain, answers[2 * number])
        found.append(split if query.dimensions or query.grain else [])
        found.append(rows_of(total, (), "", answers[2 * number + 1]))
    if len(chosen) == 1:
        return found[0], found[1]
    return compared(found[0], found[2]), compared(found[1], found[3])
