"""Servers that speak TLS, for one test each, and the authority that signs their certificates."""

import asyncio
import contextlib
import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aos_common.tls import MutualTls

from aos_local.backing import binaries
from aos_local.processes.ports import LOOPBACK, accepts, free_port
from aos_local.processes.process import Launch
from aos_local.testing import folder, running

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@dataclass
class Authority:
    """A certificate authority whose files lie in a folder."""

    folder: Path
    _ca: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        import trustme  # noqa: PLC0415  for tests alone

        self._ca = trustme.CA()
        self._ca.cert_pem.write_to_path(str(self.file))

    @property
    def file(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    def issue(self, *names: str) -> MutualTls:
        """A certificate for host names or addresses, with its key and this authority."""
        made, stem = self._ca.issue_cert(*names), self.folder / names[0]
        certificate, key = stem.with_suffix(".crt"), stem.with_suffix(".key")
        certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        key.touch(mode=0o600)
        key.write_bytes(made.private_key_pem.bytes())
        return MutualTls(certificate, key, self.file)


@contextmanager
def authority() -> Iterator[Authority]:
    """A new authority."""
    with folder() as home:
        yield Authority(home)


@contextmanager
def postgres_with_tls(url: str, tls: MutualTls) -> Iterator[str]:
    """TLS before the PostgreSQL of `url`, whose wheel is built without; yields the URL through it.

    It answers libpq's request for TLS as PostgreSQL does, refuses whoever does not ask, and then passes bytes on.
    """
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    door = _PostgresDoor(parts.port or 5432, context)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(door.open(), loop).result(10)
    try:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
    finally:
        asyncio.run_coroutine_threadsafe(door.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _PostgresDoor:
    """Terminates TLS as PostgreSQL negotiates it (protocol documentation, "SSL Session Encryption")."""

    def __init__(self, target: int, context: ssl.SSLContext) -> None:
        self._target, self._context = target, context
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._enter, LOOPBACK, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, EOFError):
            if await reader.readexactly(len(_SSL_REQUEST)) == _SSL_REQUEST:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._context)
                await self._pass_on(reader, writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(LOOPBACK, self._target)
        ways = [asyncio.ensure_future(_copy(reader, outer)), asyncio.ensure_future(_copy(inner, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            outer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


@contextmanager
def tls_before(port: int, tls: MutualTls) -> Iterator[int]:
    """TLS in front of a loopback server that speaks none, by Envoy; yields the encrypted port."""
    with folder() as home:
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port([port]))
            config = home / "envoy.json"
            config.write_text(json.dumps(_envoy(ports[-1], port, tls)))
            command = [str(binaries.envoy()), "-c", str(config), "--disable-hot-restart", "--concurrency", "1"]
            own = {name: value for name, value in os.environ.items() if not name.startswith("AOS_")}
            return Launch([*command, "-l", "warning"], own, home / "log", home)

        with running("Envoy", launch, lambda: accepts(ports[-1])):
            yield ports[-1]


def _envoy(listen: int, target: int, tls: MutualTls) -> dict[str, Any]:
    def address(port: int) -> dict[str, Any]:
        return {"socket_address": {"address": LOOPBACK, "port_value": port}}

    kind = "type.googleapis.com/envoy.extensions"
    pair = {"certificate_chain": {"filename": str(tls.certificate)}, "private_key": {"filename": str(tls.key)}}
    context = {"tls_certificates": [pair], "alpn_protocols": ["h2", "http/1.1"]}
    downstream = {
        "@type": f"{kind}.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": context,
    }
    proxy = {
        "@type": f"{kind}.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": "tls",
        "cluster": "plain",
    }
    chain = {
        "filters": [{"name": "tcp", "typed_config": proxy}],
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": downstream},
    }
    endpoint = {"endpoint": {"address": address(target)}}
    cluster = {
        "name": "plain",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "plain", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    return {
        "static_resources": {
            "listeners": [{"address": address(listen), "filter_chains": [chain]}],
            "clusters": [cluster],
        }
    }
