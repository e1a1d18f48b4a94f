"""Temporal may come later than AOA, or go away for a while."""

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from aoa_fakes.service import client_of, running
from aos_common.testing import Issuer
from aos_local.processes.ports import free_port
from aos_local.testing import temporal

RUNS = "/api/v1/aoa/runs"


async def test_service_when_temporal_is_away_then_it_serves_and_says_so_without_leaving_a_run(
    world: Any, issuer: Issuer, tenant: UUID
) -> None:
    nowhere = world.settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"})
    headers = issuer.headers(tenant)
    async with running(nowhere, "serve", "work") as service, client_of(service) as client:
        assert (await client.get("/health/ready")).status_code == 200
        answer = await client.post(RUNS, json={}, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (503, "DEPENDENCY_UNAVAILABLE")
        assert (await client.get(RUNS, headers=headers)).json()["runs"] == []


async def test_worker_when_temporal_comes_later_then_it_connects_and_works(
    world: Any, issuer: Issuer, tenant: UUID, until: Any, monkeypatch: Any
) -> None:
    with ExitStack() as stack:
        later = {"address": f"127.0.0.1:{free_port()}"}
        settings = world.settings.model_copy(update={"temporal_address": later["address"]})
        monkeypatch.setattr("aos_local.testing.free_port", _first(int(later["address"].rpartition(":")[2])))
        headers = issuer.headers(tenant)
        async with running(settings, "serve", "work") as service, client_of(service) as client:
            assert (await client.post(RUNS, json={}, headers=headers)).status_code == 503
            assert stack.enter_context(temporal()) == later["address"]

            async def done() -> bool:
                answer = await client.post(RUNS, json={"request_id": "one"}, headers=headers)
                return answer.status_code == 201 and answer.json()["state"] == "succeeded"

            assert await until(done)


def _first(port: int) -> Any:
    """Choose this port first, then any free one."""
    ports = [port]

    def choose(*taken: Any) -> int:
        return ports.pop() if ports else free_port(*taken)

    return choose
