"""Metrics as their callers see them, over REST and gRPC."""

from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aos_common.grpc import bearer, channel
from aos_common.runner import Service
from aos_common.testing import Issuer
from aos_local.demo.unified import write_canonical
from autonomos.dcl.v1 import metrics_pb2 as pb
from autonomos.dcl.v1 import views_pb2 as vp
from autonomos.dcl.v1.metrics_pb2_grpc import MetricServiceStub
from autonomos.dcl.v1.views_pb2_grpc import ViewServiceStub
from dcl.adapters.ontology_files import load_ontology

QUERY = "/api/v1/dcl/metrics/effective_cost/query"


async def _fill(bench: Any, tenant: UUID) -> None:
    rows = [
        {"EffectiveCost": cost, "Tags": tags, "BillingCurrency": "USD", "ChargePeriodStart": f"{day} 00:00:00"}
        for cost, tags, day in (
            ("1.5", '{"team": "web"}', "2026-10-01"),
            ("2", '{"team": "data"}', "2026-10-02"),
            ("4", None, "2026-09-30"),
        )
    ]
    write_canonical(bench.root / str(tenant) / "aam/canonical/bill.parquet", rows)
    entity = load_ontology().entity("cloud_cost")
    await bench.lake.apply(tenant, entity, "c/bill", ["aam/canonical/bill.parquet"], snapshot=0)


async def test_query_when_anonymous_then_unauthenticated(service: Service) -> None:
    async with channel(f"127.0.0.1:{service.http.state.grpc_port}") as opened:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await MetricServiceStub(opened).QueryMetric(pb.QueryMetricRequest(), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_query_when_another_tenant_asks_then_it_has_no_data(
    client: httpx.AsyncClient, bench: Any, issuer: Issuer, tenant: UUID
) -> None:
    await _fill(bench, tenant)
    mine = (await client.post(QUERY, json={}, headers=issuer.headers(tenant))).json()
    other = (await client.post(QUERY, json={}, headers=issuer.headers(uuid4()))).json()
    assert (mine["totals"][0]["figure"]["value"], mine["view_rows"]) == ("7.5", "3")
    assert (other["totals"], other["view_rows"]) == ([], "0")


async def test_query_when_a_row_is_opened_then_query_view_shows_exactly_its_rows(
    service: Service, bench: Any, issuer: Issuer, tenant: UUID
) -> None:
    await _fill(bench, tenant)
    metadata = bearer(issuer.token(tenant, ("viewer",)))
    async with channel(f"127.0.0.1:{service.http.state.grpc_port}") as opened:
        period = pb.MetricPeriod(**{"from": "2026-10-01", "until": "2026-11-01"})
        request = pb.QueryMetricRequest(metric="effective_cost", dimensions=["team"], period=period)
        answer = await MetricServiceStub(opened).QueryMetric(request, metadata=metadata, timeout=30)
        assert [row.dimensions[0].value for row in answer.rows] == ["data", "web"]
        figure = answer.rows[1].figure
        view = vp.QueryViewRequest(
            view=answer.metric.view, filters=figure.filters, snapshot=answer.snapshot, columns=["EffectiveCost"]
        )
        page = await ViewServiceStub(opened).QueryView(view, metadata=metadata, timeout=30)
        groups = await ViewServiceStub(opened).AggregateView(
            vp.AggregateViewRequest(
                view=answer.metric.view, measures=[vp.Measure(op="count", name="n")], snapshot=answer.snapshot
            ),
            metadata=metadata,
            timeout=30,
        )
        values = await MetricServiceStub(opened).ListDimensionValues(
            pb.ListDimensionValuesRequest(metric="effective_cost", dimensions=["team"]), metadata=metadata, timeout=30
        )
    assert ([dict(row) for row in page.rows], figure.value, figure.rows) == ([{"EffectiveCost": "1.5"}], "1.5", 1)
    assert groups.rows[0]["n"] == 3
    assert sorted(values.dimensions[0].values) == ["data", "web"]


async def test_metrics_when_listed_then_each_says_how_it_is_computed(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID
) -> None:
    listed = (await client.get("/api/v1/dcl/metrics", headers=issuer.headers(tenant))).json()["metrics"]
    rate = next(one for one in listed if one["name"] == "win_rate")
    assert rate["formula"] == "100 × (rows where stage = won) / (rows where stage in won, lost)"
    assert all(one["description"] and one["connect"] and one["formula"] for one in listed)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"period": {"from": "2026-10-01"}}, "two days"),
        ({"filters": [{"dimension": "team", "op": "eq", "values": ["a\x00"]}]}, "NUL"),
        ({"snapshot": 10**12}, "snapshot"),
        ({"sql": "DROP"}, "sql"),
    ],
)
async def test_query_when_it_is_wrong_then_the_answer_says_what(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, body: dict[str, Any], said: str
) -> None:
    answer = await client.post(QUERY, json=body, headers=issuer.headers(tenant))
    assert answer.status_code in (409, 422)
    assert said in answer.json()["detail"]
