"""Feature flags: who may switch them, and how soon another process knows."""

import asyncio
import time
from typing import Any
from uuid import UUID

import grpc
import httpx
from aos_common.auth import ServiceTokens
from aos_common.flags import STREAM, Flags
from aos_common.streams import Tail
from identity.app import build
from identity.settings import Settings
from redis.asyncio import Redis

FLAGS = "/api/v1/admin/feature-flags"


async def test_route_when_anonymous_then_401(client: httpx.AsyncClient) -> None:
    assert (await client.get(FLAGS)).status_code == 401
    assert (await client.put(f"{FLAGS}/auto_repair", json={"enabled": True})).status_code == 401


async def test_flag_when_another_tenant_switches_it_then_ones_own_stays(town: Any) -> None:
    ann, eve = await town.owner(), await town.owner()
    assert (await eve.call("PUT", f"{FLAGS}/auto_repair", json={"enabled": True})).status_code == 200
    mine = {flag["name"]: flag["enabled"] for flag in (await ann.call("GET", FLAGS)).json()["flags"]}
    assert mine["auto_repair"] is False


async def test_flag_when_a_viewer_would_switch_it_then_403_and_a_reader_sees_it(town: Any) -> None:
    ann = await town.owner()
    viewer = await town.join(ann, "viewer")
    assert (await viewer.call("PUT", f"{FLAGS}/auto_repair", json={"enabled": True})).status_code == 403
    assert (await viewer.call("GET", FLAGS)).status_code == 200


async def test_flag_when_switched_and_reset_then_it_says_who_and_goes_back(town: Any) -> None:
    ann = await town.owner()
    switched = (await ann.call("PUT", f"{FLAGS}/hitl_workflow", json={"enabled": True})).json()
    assert (switched["enabled"], switched["changed_by"]) == (True, ann.id)
    reset = (await ann.call("DELETE", f"{FLAGS}/hitl_workflow")).json()
    assert (reset["enabled"], reset["changed_by"], reset["changed_at"]) == (False, "", None)
    unknown = await ann.call("PUT", f"{FLAGS}/nothing", json={"enabled": True})
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "FLAG_UNKNOWN")


class _Tokens(ServiceTokens):
    """Gives a user's own token out, so that no second server is needed."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token_for(self, tenant_id: UUID) -> str:
        return self._token


async def test_flag_when_switched_then_another_process_knows_within_two_seconds(settings: Settings) -> None:
    service = await build(settings, frozenset({"serve"}))
    transport = httpx.ASGITransport(service.http)
    service.http.state.verifier._client = httpx.AsyncClient(transport=transport)
    port = service.grpc.add_insecure_port("127.0.0.1:0")
    await service.grpc.start()
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    tasks = [asyncio.create_task(task()) for task in service.tasks]
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://identity") as client,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        body = {"tenant_name": "Example", "email": f"{time.time_ns()}@example.com", "password": "correct horse battery"}
        made = (await client.post("/api/v1/auth/register", json=body)).json()
        tenant, token = UUID(made["user"]["tenant_id"]), made["access_token"]
        flags = Flags("another", channel, _Tokens(token))
        tasks.append(asyncio.create_task(Tail(redis, STREAM, flags, seconds=60).run()))
        assert await flags.is_on(tenant, "hitl_workflow", default=False) is False
        headers = {"Authorization": f"Bearer {token}"}
        for enabled in (True, False, True):
            await client.put(f"{FLAGS}/hitl_workflow", headers=headers, json={"enabled": enabled})
            async with asyncio.timeout(2):
                while await flags.is_on(tenant, "hitl_workflow", default=False) is not enabled:
                    await asyncio.sleep(0.05)
        assert await flags.is_on(tenant, "unheard_of", default=True) is True
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await service.grpc.stop(0)
    await redis.aclose()
    for close in service.close:
        await close()
