"""TLS to a checked address: the certificate must carry the host's name, though the connection goes to the address."""

import signal
import sys
from collections.abc import Iterator

import pytest
import trustme
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.domain.errors import SourceError
from aos_common.egress import Egress
from aos_local.processes.ports import LOOPBACK, free_port
from aos_local.processes.process import Launch
from aos_local.testing import environment, folder, running
from pymongo import MongoClient
from pymongo.errors import PyMongoError


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def port(authority: trustme.CA) -> Iterator[int]:
    """A server whose certificate is for `localhost` alone."""
    issued = authority.issue_cert("localhost")
    with folder() as home:
        key, chain, trusted = home / "key.pem", home / "chain.pem", home / "ca.pem"
        issued.private_key_pem.write_to_path(str(key))
        issued.cert_chain_pems[0].write_to_path(str(chain))
        authority.cert_pem.write_to_path(str(trusted))
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            place = ["--host", LOOPBACK, "--port", str(ports[-1]), "--storage-path", str(home / "data")]
            argv = [sys.executable, "-m", "secantus", *place, "--tls-cert-file", str(chain), "--tls-key-file", str(key)]
            return Launch(argv, environment(), home / "log", home, death_signal=signal.SIGTERM)

        def ready() -> bool:
            url = f"mongodb://localhost:{ports[-1]}/?directConnection=true&tls=true&tlsCAFile={trusted}"
            with MongoClient(url, serverSelectionTimeoutMS=1000) as client:
                try:
                    client.admin.command("ping")
                except PyMongoError:
                    return False
                return True

        with running("the server", launch, ready):
            yield ports[-1]


def check(host: str, port: int, tls: str, authority: trustme.CA | None) -> None:
    connector = MongoConnector(Egress("127.0.0.1"))
    pem = authority.cert_pem.bytes().decode() if authority else ""
    settings = {"hosts": [f"{host}:{port}"], "database": "shop", "tls": tls, "tls_ca": pem}
    connector.open(*connector.split(settings)).check()


def test_check_when_the_certificate_is_the_hosts_then_connects(port: int, authority: trustme.CA) -> None:
    check("localhost", port, "verify-full", authority)
    check("localhost", port, "require", None)
    check("127.0.0.1", port, "require", None)


@pytest.mark.parametrize(
    ("host", "known"), [("127.0.0.1", True), ("localhost", False)], ids=["another name", "an unknown authority"]
)
def test_check_when_the_certificate_is_not_the_hosts_then_refuses(
    port: int, authority: trustme.CA, host: str, known: bool
) -> None:
    with pytest.raises(SourceError) as caught:
        check(host, port, "verify-full", authority if known else trustme.CA())
    assert caught.value.reason == "SOURCE_TLS_FAILED"
    assert "tls_ca" in caught.value.hint
