"""Encryption of both sides, with certificates made here."""

import http.client
import json
import ssl
import threading
import warnings
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from aos_gateway.settings import Address, InsideTls, ServerTls

DOOR = "/api/v1/aod/findings"


@dataclass
class Certificates:
    """An authority, and files of a certificate that it signed for the gateway."""

    authority: trustme.CA
    folder: Path

    def pair(self, *names: str) -> tuple[Path, Path]:
        issued = self.authority.issue_cert(*names)
        certificate, key = self.folder / f"{names[0]}.pem", self.folder / f"{names[0]}.key"
        issued.private_key_pem.write_to_path(key)
        for part in issued.cert_chain_pems:
            part.write_to_path(certificate, append=True)
        return certificate, key

    def authority_file(self) -> Path:
        target = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(target)
        return target


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(trustme.CA(), tmp_path)


@pytest.fixture
def encrypted(gateway: Any, certificates: Certificates) -> Iterator[Any]:
    with gateway.another(certificates.folder, tls=ServerTls(*certificates.pair("gateway.example", "127.0.0.1"))) as one:
        yield one


def _client(certificates: Certificates, alpn: str = "http/1.1") -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=certificates.authority.cert_pem.bytes().decode())
    context.set_alpn_protocols([alpn])
    return context


def test_listener_when_encrypted_then_serves_and_says_to_stay_encrypted(encrypted: Any, certificates: Any) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", encrypted.port, context=_client(certificates), timeout=10)
    connection.request("GET", DOOR, headers={"authorization": f"Bearer {encrypted.keys.token()}"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    connection.request("GET", DOOR)
    refused = connection.getresponse()
    refused.read()
    assert refused.status == 401
    assert "strict-transport-security" in refused.headers
    connection.close()


def test_listener_when_encrypted_then_speaks_http2_to_those_who_can(encrypted: Any, certificates: Any) -> None:
    connection = http.client.HTTPSConnection(
        "127.0.0.1", encrypted.port, context=_client(certificates, "h2"), timeout=10
    )
    connection.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    assert (connection.sock.selected_alpn_protocol(), connection.sock.version()) == ("h2", "TLSv1.3")
    connection.close()


def test_listener_when_encrypted_then_refuses_old_versions_and_plain_text(encrypted: Any, certificates: Any) -> None:
    old = _client(certificates)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        http.client.HTTPSConnection("127.0.0.1", encrypted.port, context=old, timeout=10).connect()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        encrypted.call("/health")


@pytest.fixture
def service(gateway: Any, certificates: Certificates) -> Iterator[Any]:
    """A service that wants the gateway's certificate; `seen` holds the names on those it got."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert isinstance(self.connection, ssl.SSLSocket)
            names = dict(self.connection.getpeercert() or {}).get("subjectAltName", ())
            seen.extend(name for _, name in names)  # type: ignore[misc]  # typeshed calls them all one shape
            keys = self.path == "/.well-known/jwks.json"
            body = gateway.keys.document() if keys else json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output clean."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A refused handshake is what some tests want."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.verify_mode = ssl.CERT_REQUIRED
    certificates.authority.configure_trust(context)
    certificates.authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.seen = seen  # type: ignore[attr-defined]  # for the tests
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _inside(gateway: Any, service: Any, folder: Path, inside: InsideTls, host: str = "127.0.0.1", **more: Any) -> Any:
    address = Address(host, service.server_address[1])
    return gateway.another(folder, inside=inside, http=dict.fromkeys(gateway.settings.http, address), **more)


def test_service_when_certificates_are_right_then_each_side_knows_the_other(
    gateway: Any, certificates: Certificates, service: Any
) -> None:
    inside = InsideTls(*certificates.pair("gateway.inside"), certificates.authority_file())
    keys = f"https://127.0.0.1:{service.server_address[1]}/.well-known/jwks.json"
    with _inside(gateway, service, certificates.folder, inside, jwks_url=keys) as one:
        answer = one.call(DOOR, one.keys.token())
    assert (answer.status, answer.json()) == (200, {"path": DOOR})
    assert set(service.seen) == {"gateway.inside"}
    assert len(service.seen) >= 2, "the key set and the request"


def test_service_when_it_speaks_grpc_then_each_side_knows_the_other(
    gateway: Any, certificates: Certificates, service: Any
) -> None:
    inside = InsideTls(*certificates.pair("gateway.inside"), certificates.authority_file())
    issued = certificates.authority.issue_cert("127.0.0.1")
    pair = [(issued.private_key_pem.bytes(), b"".join(part.bytes() for part in issued.cert_chain_pems))]
    wanted = grpc.ssl_server_credentials(pair, certificates.authority.cert_pem.bytes(), require_client_auth=True)
    names: list[bytes] = []
    server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[_Names(names)])
    address = Address("127.0.0.1", server.add_secure_port("127.0.0.1:0", wanted))
    server.start()
    upstreams = dict.fromkeys(gateway.settings.grpc, address)
    with _inside(gateway, service, certificates.folder, inside, grpc=upstreams) as one:
        assert one.rpc("/autonomos.dcl.v1.ViewService/QueryView", one.keys.token()) == b""
    server.stop(None).wait()
    assert names == [b"gateway.inside"]


class _Names(grpc.GenericRpcHandler):
    """Answers every RPC and remembers who came."""

    def __init__(self, names: list[bytes]) -> None:
        self._names = names

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def answer(_: bytes, context: grpc.ServicerContext) -> bytes:
            self._names.extend(context.auth_context()["x509_subject_alternative_name"])
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


def test_service_when_its_name_is_another_then_gets_no_request(
    gateway: Any, certificates: Certificates, service: Any
) -> None:
    inside = InsideTls(*certificates.pair("gateway.inside"), certificates.authority_file())
    with _inside(gateway, service, certificates.folder, inside, "localhost") as one:
        assert one.call(DOOR, one.keys.token()).status == 503
    assert service.seen == []


@pytest.mark.parametrize("stranger", ["service", "gateway"])
def test_service_when_one_side_is_another_authoritys_then_no_request(
    gateway: Any, certificates: Certificates, service: Any, stranger: str, tmp_path_factory: Any
) -> None:
    other = Certificates(trustme.CA(), tmp_path_factory.mktemp("other"))
    signed_by, trusts = (certificates, other) if stranger == "service" else (other, certificates)
    inside = InsideTls(*signed_by.pair("gateway.inside"), trusts.authority_file())
    with _inside(gateway, service, certificates.folder, inside) as one:
        assert one.call(DOOR, one.keys.token()).status == 503
    assert service.seen == []
