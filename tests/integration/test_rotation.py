"""Keys are replaced and withdrawn, and identity is away, while a hundred requests a second go on without one refusal.

Whoever is to be out is out everywhere within two seconds.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import psutil
import pytest
from aos import Client
from aos_access.doors import SERVICES
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integration.helpers import wait_until

OUTAGE = float(os.environ.get("AOS_OUTAGE_SECONDS", "15"))
PER_SECOND, AT_ONCE = 100, 50
DOORS = {
    "identity": "/api/v1/auth/me",
    "aod": "/api/v1/aod/findings",
    "aam": "/api/v1/aam/connectors",
    "dcl": "/api/v1/dcl/ontology",
    "aoa": "/api/v1/aoa/agents",
    "nlp_gateway": "/api/v1/nlp/personas",
}
"""A cheap question to each service."""


@dataclass
class Load:
    """Requests under way at a steady pace; `token` may be replaced at any time.

    A beat is left out while fifty are under way: a machine that cannot keep up must not send old tokens late.
    """

    token: str
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: float = 0.0
    asked: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        found: Counter[int] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return found


@asynccontextmanager
async def _load(url: str, token: str, services: tuple[str, ...] = SERVICES) -> AsyncIterator[Load]:
    """Ask `services` in turn, a hundred times a second, until the block ends."""
    load = Load(token)

    async def one(http: httpx.AsyncClient, service: str) -> None:
        began = time.monotonic()
        try:
            status = (await http.get(DOORS[service], headers=_bearer(load.token))).status_code
        except httpx.HTTPError:
            status = 0
        load.answers[service, status] += 1
        load.slowest = max(load.slowest, time.monotonic() - began)

    async def pace() -> None:
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as http:
            began, number = time.monotonic(), 0
            try:
                while True:
                    due = int((time.monotonic() - began) * PER_SECOND)
                    for turn in range(number, due):
                        if len(load.asked) >= AT_ONCE:
                            break
                        task = asyncio.create_task(one(http, services[turn % len(services)]))
                        load.asked.add(task)
                        task.add_done_callback(load.asked.discard)
                    number = due
                    await asyncio.sleep(0.02)
            finally:
                await asyncio.gather(*load.asked)

    pacing = asyncio.create_task(pace())
    try:
        yield load
    finally:
        pacing.cancel()
        await asyncio.wait([pacing])


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _access(client: Client) -> str:
    assert client.transport.tokens is not None
    return str(client.transport.tokens.access)


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


async def _keys(stack: Any, *verb: str) -> str:
    done = await asyncio.to_thread(stack.aos, "signing-keys", *verb)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


async def _until(check: Callable[[], Any], seconds: float) -> float:
    """Ask until the answer is true; return the seconds it took."""
    began = time.monotonic()
    while not await asyncio.to_thread(check):
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


def _statuses(stack: Any, token: str) -> set[int]:
    """What every service answers, through the gateway."""
    with httpx.Client(base_url=stack.url, headers=_bearer(token)) as http:
        return {http.get(path).status_code for path in DOORS.values()}


def _own_statuses(stack: Any, token: str) -> set[int]:
    """What every service answers without the gateway."""
    return {
        httpx.get(f"http://127.0.0.1:{stack.port(service)}{path}", headers=_bearer(token)).status_code
        for service, path in DOORS.items()
    }


def _know(stack: Any, token: str) -> bool:
    """Whether every service knows the key that a wrongly signed token names."""
    said = [
        httpx.get(f"http://127.0.0.1:{stack.port(service)}{path}", headers=_bearer(token)).json()["detail"]
        for service, path in DOORS.items()
    ]
    return all("unknown key" not in one for one in said)


def _naming(kid: str, token: str) -> str:
    """The token's claims under a key's name, signed by nobody in particular."""
    claims = jwt.decode(token, options={"verify_signature": False})
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, stranger, "RS256", {"typ": "at+jwt", "kid": kid})


@pytest.mark.timeout(600)
async def test_signing_key_when_replaced_and_withdrawn_then_no_valid_token_is_refused(
    stack: Any, client: Client, record_property: Callable[[str, object], None]
) -> None:
    old = _access(client)
    async with _load(stack.url, old) as load:
        said = await _keys(stack, "rotate")
        published = time.monotonic()
        kid = said.split()[0]
        forged = _naming(kid, old)
        known = await _until(lambda: _know(stack, forged), 5)
        client.transport._renew(client.transport.tokens)
        while _kid(_access(client)) != kid:
            assert time.monotonic() - published < 20, "the new key does not sign"
            await asyncio.sleep(0.2)
            await asyncio.to_thread(lambda: client.transport._renew(client.transport.tokens))
        signing = time.monotonic() - published
        assert await asyncio.to_thread(_statuses, stack, _access(client)) == {200}
        load.token = _access(client)
        await asyncio.wait(set(load.asked) or {asyncio.create_task(asyncio.sleep(0))})  # the last with the old one
        await _keys(stack, "withdraw", _kid(old))
        through = await _until(lambda: _statuses(stack, old) == {401}, 10)
        direct = await _until(lambda: _own_statuses(stack, old) == {401}, max(0.5, 10 - through))
        await asyncio.sleep(1)
    figures = {"known": known, "signs": signing, "refused": through + direct, "slowest": load.slowest}
    record_property("rotation", {name: round(seconds, 2) for name, seconds in figures.items()})
    print(f"rotation: {figures}, {load.statuses}")
    assert set(load.statuses) == {200}, load.answers
    assert load.statuses.total() > 500


@contextmanager
def _stopped(stack: Any) -> Iterator[None]:
    """Identity neither answers nor closes its connections."""
    identity = stack.process("identity")
    identity.suspend()
    try:
        yield
    finally:
        identity.resume()


@contextmanager
def _gone(stack: Any) -> Iterator[None]:
    """Identity is killed, and nobody starts it again before the block ends."""
    supervisor = psutil.Process(stack.platform.state().supervisor.pid)
    supervisor.suspend()
    try:
        stack.process("identity").send_signal(signal.SIGKILL)
        yield
    finally:
        supervisor.resume()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("outage", [_stopped, _gone])
async def test_identity_when_away_then_no_valid_token_is_refused(stack: Any, client: Client, outage: Any) -> None:
    others = tuple(service for service in SERVICES if service != "identity")
    async with _load(stack.url, _access(client), others) as load:
        await asyncio.sleep(1)
        with outage(stack):
            await asyncio.sleep(OUTAGE)
        await _until(lambda: _answers(stack), 60)
    print(f"{outage.__name__} for {OUTAGE} s: {load.statuses}, slowest {load.slowest:.2f} s")
    assert set(load.statuses) == {200}, load.answers
    assert load.statuses.total() > OUTAGE * PER_SECOND / 2


def _answers(stack: Any) -> bool:
    try:
        return httpx.get(f"{stack.url}/api/v1/auth/openapi.json", timeout=2).status_code == 200 and _ready(stack)
    except httpx.HTTPError:
        return False


def _ready(stack: Any) -> bool:
    return bool(httpx.get(f"http://127.0.0.1:{stack.port('identity')}/health/ready", timeout=2).status_code == 200)


def _end_session(owner: Client, guest: Client) -> None:
    guest.sessions.end(guest.sessions.list()[0]["id"])


def _change_roles(owner: Client, guest: Client) -> None:
    owner.users.change_roles(guest.me()["id"], ["operator"])


def _disable(owner: Client, guest: Client) -> None:
    owner.users.disable(guest.me()["id"])


@pytest.mark.parametrize("revoke", [_end_session, _change_roles, _disable])
def test_user_when_revoked_then_every_service_refuses_the_token_within_two_seconds(
    stack: Any,
    client: Client,
    colleague: Client,
    revoke: Callable[[Client, Client], None],
) -> None:
    token = _access(colleague)
    assert _statuses(stack, token) == {200}
    revoke(client, colleague)
    wait_until(lambda: _statuses(stack, token), lambda found: found == {401}, seconds=2)
    wait_until(lambda: _own_statuses(stack, token), lambda found: found == {401}, seconds=1)


def test_key_when_revoked_then_every_service_refuses_its_tokens_within_two_seconds(stack: Any, client: Client) -> None:
    robot = client.service_accounts.create("robot", ["viewer"])
    key = client.service_accounts.create_key(robot["id"], "first")
    with Client(stack.url, api_key=key["key"]) as program:
        program.me()
        token = _access(program)
        assert _statuses(stack, token) == {200}
        client.service_accounts.revoke_key(robot["id"], key["id"])
        wait_until(lambda: _statuses(stack, token), lambda found: found == {401}, seconds=2)
