"""The whole pipeline: real Temporal and PostgreSQL, AAM and DCL over scripted state."""

import os
import signal
import subprocess
import sys
from typing import Any
from uuid import UUID

import httpx
from aos_common.testing import Issuer
from autonomos.aam.v1 import connections_pb2 as pb

FILES = "018f0000-0000-7000-8000-00000000000a"
ERP = "018f0000-0000-7000-8000-00000000000b"


def _stream(name: str, rows: int = 10, **more: Any) -> pb.StreamRun:
    values = {"stream": name, "state": "succeeded", "rows_read": rows, "rows_published": rows, "batches": 1}
    return pb.StreamRun(**(values | more))


class Journey:
    """A tenant that runs the pipeline and looks at it."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, until: Any) -> None:
        self._client, self._until = client, until
        self._headers = issuer.headers(tenant)

    async def start(self, *connections: str) -> str:
        answer = await self._client.post(
            "/api/v1/aoa/runs", json={"connection_ids": list(connections)}, headers=self._headers
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self._client.get(f"/api/v1/aoa/{path}", headers=self._headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def cancel(self, run_id: str) -> None:
        answer = await self._client.post(f"/api/v1/aoa/runs/{run_id}/cancel", headers=self._headers)
        assert answer.status_code == 200, answer.text

    async def end(self, run_id: str) -> dict[str, Any]:
        async def over() -> dict[str, Any] | None:
            run = await self.get(f"runs/{run_id}")
            return run if run["state"] != "running" else None

        run: dict[str, Any] = await self._until(over)
        return run

    async def step(self, run_id: str, name: str, state: str) -> dict[str, Any]:
        async def reached() -> dict[str, Any] | None:
            found = _step(await self.get(f"runs/{run_id}"), name)
            return found if found["state"] == state else None

        step: dict[str, Any] = await self._until(reached)
        return step


def _step(run: dict[str, Any], name: str) -> dict[str, Any]:
    return next(step for step in run["steps"] if step["name"] == name)


def _states(run: dict[str, Any]) -> list[str]:
    return [step["state"] for step in run["steps"]]


async def test_run_when_all_goes_well_then_every_step_tells_what_it_did(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("deals.csv", 8800), _stream("new.csv", 0, state="held", note="no mapping yet"))
    world.mesh.add(ERP, "old", _stream("x"), state="INACTIVE")
    world.mesh.gate.set()
    world.lake.announced = world.lake.applied = 1
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert (run["state"], run["error"]) == ("succeeded", "")
    assert [step["name"] for step in run["steps"]] == ["sync", "unify", "analyse:finops", "analyse:revops"]
    assert _states(run) == ["succeeded", "succeeded", "skipped", "succeeded"]
    sync = _step(run, "sync")
    assert sync["summary"] == (
        "2 of 2 streams, 8,800 rows; waiting for a mapping or a decision: crm/new.csv (no mapping yet); "
        "not synced: old (INACTIVE)"
    )
    assert _step(run, "unify")["summary"] == "1 stream applied"
    assert _step(run, "analyse:finops")["summary"] == "no data in cloud_cost"
    assert all(step["end_time"] for step in run["steps"])
    assert world.mesh.starts == {FILES: 1}, "inactive connections are left alone"
    assert (world.mesh.tenants, world.mesh.subjects) == ({str(tenant)}, {"aoa"}), "a service token of the tenant"
    found = await journey.get("findings")
    figures = {one["check"]: one["figure"] for one in found["findings"]}
    assert (found["run_id"], figures["won_amount"], figures["win_rate"]) == (run["id"], "10005534", "63.15")
    assert world.lake.agents == {"revops"}


async def test_run_when_every_connection_fails_then_the_run_fails_and_says_why(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm")
    world.mesh.refused[FILES] = "The folder is gone."
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert run["state"] == "failed"
    assert "The folder is gone." in run["error"]
    assert _states(run) == ["failed", "skipped", "skipped", "skipped"]


async def test_run_when_one_connection_fails_then_the_others_go_on_and_it_is_named(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("deals.csv"), _stream("bad.parquet", 0, state="failed", error="truncated"))
    world.mesh.add(ERP, "erp", _stream("t"))
    world.mesh.refused[ERP] = "Wrong password."
    world.mesh.gate.set()
    world.lake.announced = world.lake.applied = 1
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start(FILES, ERP))
    summary = _step(run, "sync")["summary"]
    assert run["state"] == "succeeded"
    assert "failed: crm/bad.parquet (truncated)" in summary
    assert "connections that failed: erp (Wrong password.)" in summary


async def test_run_when_services_stumble_then_it_tries_again_and_syncs_once(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("deals.csv"))
    world.mesh.gate.set()
    world.mesh.failures = world.lake.failures = 1
    world.lake.announced = world.lake.applied = 1
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert run["state"] == "succeeded"
    assert _step(run, "sync")["attempts"] == 2
    assert _step(run, "analyse:revops")["attempts"] == 2
    assert len(world.mesh.by_request) == 1


async def test_run_when_views_fall_behind_then_it_fails_after_its_patience(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("a.csv"), _stream("b.csv"))
    world.mesh.gate.set()
    world.lake.announced, world.lake.applied = 2, 1
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert run["state"] == "failed"
    assert "1 of 2 streams were applied (2 announced)" in run["error"]
    assert _states(run) == ["succeeded", "failed", "skipped", "skipped"]


async def test_run_when_nothing_changed_then_it_waits_for_the_sync_that_read_the_stream(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("a.csv", 0, batches=0, note="unchanged since the last run"))
    earlier = pb.SyncRun(id="before", connection_id=FILES, state="succeeded", streams=[_stream("a.csv")])
    world.mesh.earlier = [earlier, pb.SyncRun(id="long ago", connection_id=FILES, streams=[_stream("a.csv")])]
    world.mesh.gate.set()
    world.lake.announced = world.lake.applied = 1
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert run["state"] == "succeeded"
    assert world.lake.awaited == [["before"]]
    assert _step(run, "sync")["summary"] == "1 of 1 stream, 0 rows; 1 unchanged"


async def test_run_when_there_is_no_connection_then_sync_and_unify_are_skipped(
    working: httpx.AsyncClient, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    journey = Journey(working, issuer, tenant, until)
    run = await journey.end(await journey.start())
    assert _states(run) == ["skipped", "skipped", "skipped", "succeeded"]
    assert _step(run, "sync")["summary"] == "no active connection"


async def test_cancel_when_a_sync_is_under_way_then_the_run_ends_cancelled_and_another_may_start(
    working: httpx.AsyncClient, world: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("deals.csv"))
    journey = Journey(working, issuer, tenant, until)
    run_id = await journey.start()
    await journey.step(run_id, "sync", "running")
    await journey.cancel(run_id)
    run = await journey.end(run_id)
    assert (run["state"], _states(run)) == ("cancelled", ["cancelled"] * 4)
    world.mesh.gate.set()
    world.lake.announced = world.lake.applied = 1

    async def started() -> str | None:
        answer = await working.post("/api/v1/aoa/runs", json={}, headers=issuer.headers(tenant))
        return str(answer.json()["id"]) if answer.status_code == 201 else None

    assert (await journey.end(await until(started)))["state"] == "succeeded"


def _worker(world: Any, provisioned: Any) -> "subprocess.Popen[bytes]":
    settings = world.settings
    names = "temporal_address temporal_task_queue aam_grpc dcl_grpc jwks_url token_url client_id heartbeat_seconds"
    environment = {f"AOS_{name.upper()}": str(getattr(settings, name)) for name in names.split()}
    environment |= {"AOS_DATABASE_URL": provisioned["aoa"].app, "AOS_POLL_SECONDS": "0.05"}
    return subprocess.Popen([sys.executable, "-m", "aoa", "work"], env=os.environ | environment)


async def test_run_when_its_worker_is_killed_then_the_next_one_completes_it_without_a_second_sync(
    client: httpx.AsyncClient, world: Any, provisioned: Any, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    world.mesh.add(FILES, "crm", _stream("deals.csv"))
    journey = Journey(client, issuer, tenant, until)
    worker = _worker(world, provisioned)
    try:
        run_id = await journey.start()
        await journey.step(run_id, "sync", "running")
        await until(lambda: _true(world.mesh.by_request))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        world.mesh.gate.set()
        world.lake.announced = world.lake.applied = 1
        worker = _worker(world, provisioned)
        run = await journey.end(run_id)
    finally:
        worker.terminate()
        worker.wait()
    assert run["state"] == "succeeded"
    assert _step(run, "sync")["attempts"] == 2
    assert len(world.mesh.by_request) == 1, "the retry found the sync of the killed worker"


async def _true(value: object) -> bool:
    return bool(value)
