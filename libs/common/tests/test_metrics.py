"""What a process counts about itself: requests by route, how much waits, and nothing about whose it is."""

from uuid import UUID, uuid4

import sqlalchemy as sa
from aos_common import http
from aos_common.db import Database
from aos_common.errors import InvalidRequest
from aos_common.gauges import Gauges
from aos_common.jobs import enqueue
from aos_common.outbox import publish
from aos_common.testing import Issuer
from fastapi import APIRouter
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families


def _router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/things/{thing_id}")
    async def thing(thing_id: str, caller: http.CurrentCaller) -> dict[str, str]:
        if thing_id == "odd":
            raise InvalidRequest("Not that one.")
        return {"id": thing_id}

    return routes


async def test_metrics_when_requests_are_made_then_are_counted_by_route_and_status() -> None:
    issuer, tenant = Issuer(), uuid4()
    async with issuer.rest("counted", [_router()]) as client:
        for path in ("/things/1", "/things/2", "/things/odd"):
            await client.get(path, headers=issuer.headers(tenant))
        await client.get("/things/1")
        await client.get("/nowhere/at/all")
        shown = (await client.get("http://counted/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(shown)}
    counts = {
        (sample.labels["name"], sample.labels["status"]): sample.value
        for sample in families["aos_request_seconds"].samples
        if sample.name.endswith("_count") and "counted" in sample.labels["name"]
    }
    route = "GET /api/v1/counted/things/{thing_id}"
    assert counts == {(route, "200"): 2.0, (route, "422"): 1.0, (route, "401"): 1.0}
    assert str(tenant) not in shown
    assert {"aos_loop_lag_seconds", "aos_outbox_waiting", "process_resident_memory_bytes"} <= set(families)


async def test_gauges_when_things_wait_then_say_how_many_and_how_long(database: Database, tenant: UUID) -> None:
    def now(name: str) -> float:
        return REGISTRY.get_sample_value(name) or 0.0

    await Gauges(database).look()
    jobs, events = now("aos_jobs_waiting"), now("aos_outbox_waiting")
    async with database.tenant_tx(tenant) as connection:
        await enqueue(connection, tenant_id=tenant, kind="counted", payload={})
        await publish(connection, tenant_id=tenant, stream="aod:x", type_="t", message=StringValue(value="x"))
        aged = "UPDATE {} SET {} = now() - interval '90 seconds'"
        await connection.execute(sa.text(aged.format("jobs", "run_at")))
        await connection.execute(sa.text(aged.format("outbox", "created_at")))
    await Gauges(database).look()
    assert (now("aos_jobs_waiting"), now("aos_outbox_waiting")) == (jobs + 1, events + 1)
    assert min(now("aos_jobs_oldest_seconds"), now("aos_outbox_oldest_seconds")) >= 90
