"""R5: what a flood does to its own tenant, and what it does not do to others."""

import asyncio
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from aos_gateway.settings import Rate, RateLimits

READ, WRITE, QUESTION = "/api/v1/aod/findings", "/api/v1/aod/scans", "/api/v1/dcl/views/x/query"
RPC = "/autonomos.dcl.v1.ViewService/ListViews"
LIMITS = RateLimits(Rate(20, 40), Rate(1, 5), Rate(1, 8), Rate(1, 6), tracked=6_000)


@pytest.fixture(scope="module")
def limited(gateway: Any, tmp_path_factory: Any) -> Iterator[Any]:
    with gateway.another(tmp_path_factory.mktemp("limited"), rates=LIMITS) as small:
        yield small


def _statuses(gateway: Any, count: int, path: str, token: str | None, method: str = "GET") -> Counter[int]:
    body = None if method == "GET" else b"{}"
    return Counter(gateway.call(path, token, method, body=body).status for _ in range(count))


def test_tenant_when_it_floods_then_429_problem_with_a_time_to_wait(limited: Any) -> None:
    token = limited.keys.token()
    statuses = _statuses(limited, 120, READ, token)
    assert 40 <= statuses[200] < 110
    assert statuses[429] == 120 - statuses[200]
    while (answer := limited.call(READ, token)).status != 429:
        pass
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1
    assert (answer.json()["reason"], answer.json()["status"]) == ("RATE_LIMITED", 429)
    assert limited.call(READ, limited.keys.token()).status == 200


def test_tenant_when_it_waited_then_is_served_again(limited: Any) -> None:
    token = limited.keys.token()
    assert _statuses(limited, 60, READ, token)[429]
    time.sleep(1.1)
    assert limited.call(READ, token).status == 200


@pytest.mark.parametrize(("path", "burst"), [(WRITE, 5), (QUESTION, 8)])
def test_tenant_when_it_floods_one_class_then_only_that_class_is_refused(limited: Any, path: str, burst: int) -> None:
    token = limited.keys.token()
    statuses = _statuses(limited, 20, path, token, "POST")
    assert burst <= statuses[200] <= burst + 3
    assert statuses[429] == 20 - statuses[200]
    assert limited.call(READ, token).status == 200


def test_tenant_when_it_uses_many_tokens_then_they_count_as_one(limited: Any) -> None:
    tenant = str(uuid.uuid4())
    statuses = Counter(
        limited.call(READ, limited.keys.token(tenant_id=tenant, sub=f"user-{number}")).status for number in range(80)
    )
    assert statuses[429]


@pytest.mark.parametrize("path", ["/nothing/here", "/api/v1/aod/findings/7/8"])
def test_tenant_when_it_floods_paths_that_are_not_there_then_is_limited_too(limited: Any, path: str) -> None:
    assert set(_statuses(limited, 120, path, limited.keys.token())) == {404, 429}


def test_tenant_when_it_floods_an_rpc_then_resource_exhausted(limited: Any) -> None:
    token = limited.keys.token()
    codes: Counter[Any] = Counter()
    messages: set[str] = set()
    with grpc.insecure_channel(f"127.0.0.1:{limited.port}") as channel:
        call = channel.unary_unary(RPC)
        for _ in range(120):
            try:
                call(b"", metadata=[("authorization", f"Bearer {token}")], timeout=10)
                codes["ok"] += 1
            except grpc.RpcError as refused:
                codes[refused.code()] += 1
                messages.add(str(refused.details()).partition(":")[0])
    assert set(codes) == {"ok", grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert messages == {"RATE_LIMITED"}
    assert codes["ok"] >= 40


def test_address_when_it_floods_sign_in_then_429_and_tenants_go_on(limited: Any) -> None:
    statuses = _statuses(limited, 20, "/api/v1/auth/login", None, "POST")
    assert set(statuses) == {200, 429}
    assert statuses[200] <= 9
    # A header alone makes no other address of a client.
    lied = [
        limited.call("/api/v1/auth/login", method="POST", headers={"x-forwarded-for": f"10.0.0.{n}"}) for n in range(9)
    ]
    assert {answer.status for answer in lied[3:]} == {429}
    assert limited.call(READ, limited.keys.token()).status == 200
    assert limited.call("/api/v1/aod/docs").status == 200


def test_address_when_it_floods_sign_in_then_sessions_go_on_with_a_limit_of_their_own(limited: Any) -> None:
    assert _statuses(limited, 20, "/api/v1/auth/browser/login", None, "POST")[429]
    for path in ("/api/v1/auth/browser/refresh", "/api/v1/auth/browser/logout", "/api/v1/auth/refresh"):
        assert _statuses(limited, 10, path, None, "POST") == {200: 10}
    assert _statuses(limited, 120, "/api/v1/auth/browser/refresh", None, "POST")[429] > 20


def test_address_when_behind_a_trusted_proxy_then_clients_are_told_apart(gateway: Any, tmp_path: Any) -> None:
    with gateway.another(tmp_path, rates=LIMITS, trusted_proxies=1) as behind:
        answers = {
            client: Counter(
                behind.call("/api/v1/auth/login", method="POST", headers={"x-forwarded-for": client}).status
                for _ in range(12)
            )
            for client in ("198.51.100.7", "198.51.100.8", "2001:db8::1", "2001:db8::2")
        }
    assert answers["198.51.100.7"][200] >= 6
    assert answers["198.51.100.8"][200] >= 6
    assert answers["2001:db8::1"][200] >= 6
    assert answers["2001:db8::2"][200] <= 3, "one /64 is one client"


async def test_flood_when_there_are_5000_tenants_then_a_new_one_is_served_and_the_flooder_is_not(limited: Any) -> None:
    tenants = [limited.keys.token() for _ in range(5_000)]
    flooder, other = limited.keys.token(), limited.keys.token()
    assert set(await _calls(limited.port, tenants)) == {200}
    flood = Counter(await _calls(limited.port, [flooder] * 400))
    assert flood[429] > 200
    assert set(await _calls(limited.port, [limited.keys.token(), other, *tenants[:50]])) == {200}
    assert (await _calls(limited.port, [flooder] * 40)).count(429) > 0


async def test_flood_when_at_20_times_the_limit_then_another_tenant_sees_no_refusal(limited: Any) -> None:
    flooder, other = limited.keys.token(), limited.keys.token()
    seen: list[int] = []

    async def steadily() -> None:
        for _ in range(30):
            seen.extend(await _calls(limited.port, [other]))
            await asyncio.sleep(0.06)

    quiet = asyncio.create_task(steadily())
    flood: Counter[int] = Counter()
    began = time.monotonic()
    while not quiet.done():
        flood.update(await _calls(limited.port, [flooder] * 40))
        await asyncio.sleep(max(0.0, began + sum(flood.values()) / 400 - time.monotonic()))
    await quiet
    assert seen == [200] * 30
    assert flood[429] > 10 * flood[200] * 0.5
    assert set(flood) == {200, 429}


async def _calls(port: int, tokens: list[str]) -> list[int]:
    """One request a token over one connection, in a row."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statuses = []
    for token in tokens:
        writer.write(f"GET {READ} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        statuses.append(int(head.split()[1]))
    writer.close()
    await writer.wait_closed()
    return statuses


@pytest.mark.parametrize("text", ["0/10", "10/5", "fast", "-1", "10/", ""])
def test_command_when_a_rate_is_no_rate_then_says_so(text: str) -> None:
    command = [sys.executable, "-m", "aos_gateway", "--jwks-url", "http://k/", "--issuer", "i", f"--rate-tenant={text}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "is not PER_SECOND/BURST" in done.stderr
