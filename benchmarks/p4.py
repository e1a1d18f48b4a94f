"""P4: what the gateway's checks cost: Envoy's CPU per request with our whole configuration, over its bare hop.

All sides are Envoy with one worker, 100 keep-alive HTTP/1.1 connections and the same upstream (one more Envoy which
answers by itself). The bare hop has one route and no filter but the router, no log and no limits: the least that
forwards. Ours has everything: the routes of all doors, a token check (of tokens seen before, as nearly all are), the
claims, rate limits, hardening, headers and the access log. Between them, to show where the difference lies, stands
our listener without the checks: hardening, time limits, headers and the log. A refused call is one without a token.
Rounds alternate, since the machine's speed changes; the ratio is the median of the rounds.
"""

import argparse
import json
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from benchmarks.measure import cpu_of

if TYPE_CHECKING:
    from aos_gateway.settings import GatewaySettings, RateLimits

GOAL, REFUSED_GOAL = 1.3, 30
DOOR = "/api/v1/aod/findings/0190a0a0-0000-7000-8000-000000000001"
TENANTS, CONNECTIONS = 50, 100


@dataclass(frozen=True)
class Gateways:
    """Process and port of each side, and tokens that ours lets in."""

    bare: tuple[int, int]
    unchecked: tuple[int, int]
    ours: tuple[int, int]
    tokens: list[str]


def main() -> None:
    """Measure both sides in turn and print the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="a round and side")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with _gateways() as gateways:
        good = [request(token) for token in gateways.tokens]
        sides = {
            "bare hop": (gateways.bare, good, 200),
            "unchecked": (gateways.unchecked, good, 200),
            "ours": (gateways.ours, good, 200),
            "refused": (gateways.ours, [request("")], 401),
        }
        for side in sides.values():
            _micros(*side, 2_000)  # fills the token cache and the pools
        rounds = [{name: _micros(*side, asked.requests) for name, side in sides.items()} for _ in range(asked.rounds)]
    _report(rounds, asked.requests)


def _report(rounds: list[dict[str, float]], requests: int) -> None:
    print(f"\nP4  CPU of the gateway per request, {len(rounds)} rounds of {requests:,}")
    for name in rounds[0]:
        micros = [one[name] for one in rounds]
        print(f"  {name:<10} {statistics.median(micros):>7.1f} µs   ({min(micros):.1f}–{max(micros):.1f})")
    beyond = statistics.median(one["ours"] / one["unchecked"] for one in rounds)
    ratios = [one["ours"] / one["bare hop"] for one in rounds]
    ratio, refused = statistics.median(ratios), statistics.median(one["refused"] for one in rounds)
    print(f"  ratio {ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f}; goal ≤ {GOAL}: {_verdict(ratio <= GOAL)})")
    print(f"  of it by the checks {beyond:.2f} (over our listener without them)")
    print(f"  refused {refused:.1f} µs (goal ≤ {REFUSED_GOAL}: {_verdict(refused <= REFUSED_GOAL)})", flush=True)


def _verdict(reached: bool) -> str:
    return "reached" if reached else "not reached"


def request(token: str) -> bytes:
    """A call as the SDK makes it."""
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    more = f"accept: */*\r\naccept-encoding: gzip, deflate\r\nuser-agent: aos-sdk/0.1\r\n{authorization}"
    return f"GET {DOOR} HTTP/1.1\r\nhost: gateway\r\n{more}\r\n".encode()


def _micros(envoy: tuple[int, int], requests: list[bytes], status: int, count: int) -> float:
    """CPU microseconds of the process for each of `count` requests."""
    pid, port = envoy
    before = cpu_of(pid)
    done = _load(port, requests, f"HTTP/1.1 {status} ".encode(), count)
    time.sleep(0.05)
    return (cpu_of(pid) - before) / done * 1e6


def _load(port: int, requests: list[bytes], starts: bytes, count: int) -> int:
    """All connections ask at once, then all are read: the gateway is as busy as under many clients."""
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(CONNECTIONS)]
        turns = count // CONNECTIONS
        for turn in range(turns):
            for number, connection in enumerate(connections):
                connection.sendall(requests[(turn + number) % len(requests)])
            for connection in connections:
                _read(connection, starts)
    return turns * CONNECTIONS


def _read(connection: socket.socket, starts: bytes) -> None:
    """One answer to its end."""
    got = connection.recv(65536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += connection.recv(65536)
    assert got.startswith(starts), got[:200]
    at = got.index(b"content-length: ") + 16
    rest = int(got[at : got.index(b"\r", at)]) - (len(got) - end - 4)
    while rest > 0:
        rest -= len(connection.recv(rest))


@contextmanager
def _gateways() -> Iterator[Gateways]:
    from aos_common.testing import Issuer
    from aos_gateway.envoy_config import build
    from aos_gateway.settings import Rate, RateLimits
    from aos_gateway.testing import free_port, running, running_config

    issuer = Issuer()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        upstream, bare = free_port(), free_port()
        plenty = Rate(10**6, 10**7)  # counted as ever, never refused
        settings = settings_for(free_port(), upstream, RateLimits(plenty, plenty, plenty))
        for name in ("upstream", "bare", "unchecked", "ours"):
            (Path(folder) / name).mkdir()
        stack.enter_context(running_config(answering(upstream, issuer.jwks), upstream, Path(folder) / "upstream"))
        one = stack.enter_context(running_config(_hop(bare, upstream), bare, Path(folder) / "bare"))
        unchecked = _without_checks(build(settings))
        port = free_port()
        _listener(unchecked)["address"]["socket_address"]["port_value"] = port
        middle = stack.enter_context(running_config(unchecked, port, Path(folder) / "unchecked"))
        other = stack.enter_context(running(settings, Path(folder) / "ours"))
        time.sleep(1)  # the key set is fetched once the gateway listens
        tokens = [issuer.token(uuid4()) for _ in range(TENANTS)]
        yield Gateways((one.pid, bare), (middle.pid, port), (other.pid, settings.listen.port), tokens)


def settings_for(port: int, upstream: int, rates: "RateLimits") -> "GatewaySettings":
    """The gateway before one upstream that stands for every service."""
    from aos_common.testing import ISSUER
    from aos_gateway.routes import SERVICES
    from aos_gateway.settings import Address, GatewaySettings

    to = dict.fromkeys(SERVICES, Address("127.0.0.1", upstream))
    keys = f"http://127.0.0.1:{upstream}/.well-known/jwks.json"
    return GatewaySettings(Address("127.0.0.1", port), to, to, keys, ISSUER, rates=rates)


def _listener(config: dict[str, Any]) -> Any:
    return config["static_resources"]["listeners"][0]


def _without_checks(config: dict[str, Any]) -> dict[str, Any]:
    """Our listener with the router as its only filter and one route for everything."""
    manager = _listener(config)["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"] = manager["http_filters"][-1:]
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "aod-http"}}]
    host = {"name": "all", "domains": ["*"], "routes": routes}
    manager["route_config"] = {**manager["route_config"], "virtual_hosts": [host]}
    return config


def answering(port: int, keys: dict[str, Any]) -> dict[str, Any]:
    """An upstream that costs nothing of what is measured: the key set, and 600 bytes for all else."""
    routes = [
        {"match": {"path": "/.well-known/jwks.json"}, "direct_response": _body(json.dumps(keys))},
        {"match": {"prefix": "/"}, "direct_response": _body(json.dumps({"item": "x" * 580}))},
    ]
    return _envoy(port, routes, [])


def _hop(port: int, upstream: int) -> dict[str, Any]:
    """The least that forwards."""
    endpoint = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": upstream}}}
    cluster = {
        "name": "upstream",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "upstream", "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}]},
    }
    return _envoy(port, [{"match": {"prefix": "/"}, "route": {"cluster": "upstream"}}], [cluster])


def _body(text: str) -> dict[str, Any]:
    return {"status": 200, "body": {"inline_string": text}}


def _envoy(port: int, routes: list[Any], clusters: list[Any]) -> dict[str, Any]:
    from aos_gateway.types import named

    manager = named(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="bench",
        http_filters=[named("envoy.filters.http.router", "extensions.filters.http.router.v3.Router")],
        route_config={"name": "all", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
    )
    listener = {
        "name": "bench",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [manager]}],
    }
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


if __name__ == "__main__":
    main()
