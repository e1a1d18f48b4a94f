"""The `SemanticLayer` port: DCL's metrics over gRPC, with the asker's own token.

Metrics and values are kept for a minute for each tenant and set of roles: DCL decides what these may read.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import grpc
from aos_common.grpc import bearer, calls
from autonomos.dcl.v1 import metrics_pb2 as pb
from autonomos.dcl.v1 import metrics_pb2_grpc as stubs

from nlp_gateway.domain.answers.model import Filter, Measured, Result, ResultRow
from nlp_gateway.domain.questions.model import Dimension, Metric, Parsed, Period, Values
from nlp_gateway.ports.asking import Asker

TIMEOUT = 28.0
PEER = "DCL"
ROWS, BUCKETS = 25, 100
"""Rows of an answer at most, and of one over time: a quarter of days."""
VALUES = 500
CURRENCY = "currency"
KEPT_SECONDS, KEPT = 60.0, 500
T = TypeVar("T")
Key = tuple[UUID, frozenset[str], str]


class DclMetrics:
    """Asks DCL for metrics, values and figures."""

    def __init__(self, channel: grpc.aio.Channel, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = stubs.MetricServiceStub(channel)
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[float, Any]] = OrderedDict()

    async def metrics(self, asker: Asker) -> Sequence[Metric]:
        """Return what can be asked for."""

        async def fetch() -> list[Metric]:
            async with calls(PEER):
                answer = await self._metrics.ListMetrics(
                    pb.ListMetricsRequest(), timeout=TIMEOUT, metadata=bearer(asker.token)
                )
            return [_metric(one) for one in answer.metrics]

        return await self._once(asker, "metrics", fetch)

    async def values(self, asker: Asker, metric: Metric) -> Values:
        """Return up to 500 values of each of a metric's dimensions."""

        async def fetch() -> Values:
            request = pb.ListDimensionValuesRequest(metric=metric.name, limit=VALUES)
            async with calls(PEER):
                answer = await self._metrics.ListDimensionValues(request, timeout=TIMEOUT, metadata=bearer(asker.token))
            return {one.dimension: tuple(one.values) for one in answer.dimensions}

        return await self._once(asker, f"values {metric.view}", fetch)

    async def figures(self, asker: Asker, parsed: Parsed) -> Result:
        """Compute a question."""
        async with calls(PEER):
            answer = await self._metrics.QueryMetric(_request(parsed), timeout=TIMEOUT, metadata=bearer(asker.token))
        return _result(parsed, answer)

    async def _once(self, asker: Asker, name: str, fetch: Callable[[], Awaitable[T]]) -> T:
        key = (asker.tenant_id, asker.roles, name)
        now = self._clock()
        until, found = self._kept.get(key, (0.0, None))
        if now < until:
            self._kept.move_to_end(key)
            kept: T = found
            return kept
        fetched = await fetch()
        self._kept[key] = (now + KEPT_SECONDS, fetched)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return fetched


def _metric(one: pb.Metric) -> Metric:
    return Metric(
        name=one.name,
        title=one.title,
        description=one.description,
        synonyms=tuple(one.synonyms),
        view=one.view,
        time=one.time_column,
        additivity=one.additivity,
        formula=one.formula,
        personas=tuple(one.personas),
        connect=one.connect,
        dimensions=tuple(Dimension(d.name, d.title, tuple(d.synonyms)) for d in one.dimensions),
    )


def _request(parsed: Parsed) -> pb.QueryMetricRequest:
    return pb.QueryMetricRequest(
        metric=parsed.metric.name,
        dimensions=parsed.dimensions,
        filters=[pb.DimensionFilter(dimension=one.dimension, op="in", values=one.values) for one in parsed.conditions],
        grain=parsed.grain,
        period=_period_message(parsed.period),
        comparison=parsed.comparison,
        comparison_period=_period_message(parsed.compared_with),
        order=parsed.order,
        limit=parsed.limit or (BUCKETS if parsed.grain else ROWS),
    )


def _period_message(period: Period | None) -> pb.MetricPeriod | None:
    if period is None:
        return None
    return pb.MetricPeriod(**{"from": period.since.isoformat(), "until": period.until.isoformat()})


def _result(parsed: Parsed, answer: pb.QueryMetricResponse) -> Result:
    return Result(
        metric=parsed.metric,
        rows=_rows(answer.rows, answer.totals),
        totals=_rows(answer.totals, answer.totals),
        truncated=answer.truncated,
        snapshot=answer.snapshot,
        view_rows=answer.view_rows,
        period=_period(answer.period) if answer.HasField("period") else None,
        compared_with=_period(answer.comparison_period) if answer.HasField("comparison_period") else None,
        data_from=answer.data_from,
        data_until=answer.data_until,
        as_of=answer.as_of,
    )


def _period(message: pb.MetricPeriod) -> Period:
    since, until = getattr(message, "from"), message.until
    return Period(date.fromisoformat(since), date.fromisoformat(until))


def _rows(rows: Iterable[pb.MetricRow], totals: Sequence[pb.MetricRow]) -> list[ResultRow]:
    """Read rows; a currency that all share is no part of their place."""
    several = len(totals) > 1
    return [_row(row, several) for row in rows]


def _row(row: pb.MetricRow, several: bool) -> ResultRow:
    place = {one.dimension: one.value if one.HasField("value") else None for one in row.dimensions}
    currency = place.get(CURRENCY) or ""
    if not several:
        place.pop(CURRENCY, None)
    return ResultRow(
        currency=currency,
        place=tuple(place.items()),
        unit=row.unit,
        figure=_measured(row.figure),
        parts=tuple(map(_measured, row.parts)),
        compared=_measured(row.compared) if row.HasField("compared") else None,
        change=Decimal(row.change) if row.HasField("change") else None,
        change_percent=Decimal(row.change_percent) if row.HasField("change_percent") else None,
    )


def _measured(figure: pb.Figure) -> Measured:
    value = Decimal(figure.value) if figure.HasField("value") else None
    return Measured(value, _filters(figure.filters), figure.rows, figure.title)


def _filters(messages: Iterable[Any]) -> tuple[Filter, ...]:
    return tuple(Filter(one.column, one.op, tuple(one.values), one.json_key) for one in messages)
