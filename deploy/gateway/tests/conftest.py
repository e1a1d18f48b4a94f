"""A real Envoy in front of tiny upstreams, with keys of its own."""

import base64
import hashlib
import http.client
import json
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from aos_access.doors import DOORS, Access, Door, Live
from aos_gateway.routes import CONSOLE, DOCUMENTS, SERVICES, routes_of
from aos_gateway.settings import Address, GatewaySettings, Rate, RateLimits
from aos_gateway.testing import Running, free_port, running
from cryptography.hazmat.primitives.asymmetric import rsa
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://identity.autonomos.local"
ORIGIN = "https://console.example.com"
KID = "first"
PLENTY = Rate(50_000, 100_000)  # limits have tests of their own; elsewhere they would hide what is tested
# Doors of every kind that the table may hold one day, so that each is tested whatever it holds now.
EXTRA = (
    Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/{run_id}/events", live=Live.SSE),
    Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/{run_id}/socket", live=Live.WEBSOCKET),
    Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/items/special"),
    Door("aoa", Access.TOKEN, None, "DELETE", "/api/v1/test/items/{item}"),
    Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/items/{item}"),
    Door("aoa", Access.TOKEN, None, "GET", "/api/v1/test/{kind}/{rest=**}"),
)


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

    def token(self, kid: str = KID, **claims: Any) -> str:
        """A good access token of a tenant of its own, changed by `claims`."""
        now = int(time.time())
        payload = {"iss": ISSUER, "aud": "autonomos", "sub": "user-1", "tenant_id": str(uuid.uuid4())}
        payload |= {"roles": ["owner"], "jti": str(uuid.uuid4()), "iat": now, "exp": now + 600, **claims}
        return jwt.encode(payload, self.private[kid], algorithm="RS256", headers={"typ": "at+jwt", "kid": kid})


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
    config: Path
    settings: GatewaySettings
    home: Path

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
            answer: bytes = channel.unary_unary(method)(b"", metadata=metadata, timeout=10)
            return answer

    @contextmanager
    def another(self, folder: Path, **changes: Any) -> Iterator["Gateway"]:
        """A second gateway with other settings before the same upstreams."""
        settings = replace(self.settings, **{"listen": Address("127.0.0.1", free_port()), "admin": None, **changes})
        with running(settings, folder, ROUTES) as envoy:
            yield replace(self, port=envoy.port, log=envoy.log, config=envoy.config, settings=settings)


ROUTES = (*routes_of((*DOORS, *EXTRA)), *DOCUMENTS)


def _upstream(keys: Keys, seen: list[dict[str, Any]], by: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets

        def handle_any(self) -> None:
            if self.path == "/.well-known/jwks.json":
                self.answer(keys.document())
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            one = {"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "size": len(body)}
            one["by"] = by
            seen.append(one)
            if "ends=" in self.path and sum(self.path == other["path"] for other in seen) == 1:
                self.close_connection = True  # the first time without a word, as a pod that is told to stop may
            elif self.path.endswith("/events"):
                self.stream()
            elif self.headers.get("upgrade") == "websocket":
                self.websocket()
            else:
                self.answer(json.dumps(one).encode())

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

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

        def websocket(self) -> None:
            """Agree to the first subprotocol, then send back what comes, as it is."""
            key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("upgrade", "websocket")
            self.send_header("connection", "upgrade")
            self.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            offered = self.headers.get("sec-websocket-protocol", "").split(",")[0].strip()
            if offered:
                self.send_header("sec-websocket-protocol", offered)
            self.end_headers()
            while piece := self.connection.recv(1024):
                self.connection.sendall(piece)
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_TRACE = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


class _AnyRpc(grpc.GenericRpcHandler):
    """Answers every RPC with an empty message and remembers it."""

    def __init__(self, seen: list[dict[str, Any]]) -> None:
        self._seen = seen

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            headers = dict(context.invocation_metadata())
            one = {"method": "POST", "path": details.method, "headers": headers, "size": len(request), "by": "service"}
            self._seen.append(one)
            if request == b"\n\x04fail":  # field 1: the text "fail"
                context.abort_with_status(rpc_status.to_status(_failure()))
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


def _failure() -> status_pb2.Status:
    """An error as the services send it."""
    status = status_pb2.Status(code=code_pb2.NOT_FOUND, message="No view is called so.")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="VIEW_NOT_FOUND", domain="dcl"))
    return status


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    keys = Keys()
    keys.add(KID)
    keys.add("withdrawn", publish=False)
    seen: list[dict[str, Any]] = []
    upstream, console = _upstream(keys, seen, "service"), _upstream(keys, seen, CONSOLE)
    for server in (upstream, console):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    rpc = grpc.server(futures.ThreadPoolExecutor(2), handlers=[_AnyRpc(seen)])
    rpc_port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    home = Path(tempfile.mkdtemp(prefix="gw"))
    http_address = Address("127.0.0.1", upstream.server_address[1])
    settings = GatewaySettings(
        listen=Address("127.0.0.1", free_port()),
        http=dict.fromkeys(SERVICES, http_address) | {CONSOLE: Address("127.0.0.1", console.server_address[1])},
        grpc=dict.fromkeys(SERVICES, Address("127.0.0.1", rpc_port)),
        jwks_url=f"http://127.0.0.1:{http_address.port}/.well-known/jwks.json",
        issuer=ISSUER,
        admin=home / "admin.sock",
        cors_origins=(ORIGIN,),
        rates=RateLimits(PLENTY, PLENTY, PLENTY, PLENTY),
    )
    try:
        with running(settings, home, ROUTES) as envoy:
            yield _gateway(envoy, keys, seen, settings, home)
    finally:
        rpc.stop(None)
        for server in (upstream, console):
            server.shutdown()
            server.server_close()
        shutil.rmtree(home)


def _gateway(envoy: Running, keys: Keys, seen: list[Any], settings: GatewaySettings, home: Path) -> Gateway:
    return Gateway(envoy.port, keys, seen, envoy.log, envoy.config, settings, home)
