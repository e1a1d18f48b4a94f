"""A Service's address, for clients outside: what kube-proxy does, in this process."""

import asyncio
import itertools
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

_PIECE = 1 << 16
_SECONDS = 10.0


class Service:
    """Hands each new connection to one of its endpoints in turn; a connection stays where it is."""

    def __init__(self, endpoints: Iterable[str], port: int) -> None:
        self._endpoints, self._port, self._turn = list(endpoints), port, itertools.count()
        self._loop, self._ended = asyncio.new_event_loop(), asyncio.Event()
        self._listening = threading.Event()
        self._connections = dict[asyncio.StreamWriter, asyncio.Task[None]]()
        self._thread = threading.Thread(target=self._run)
        self.url = ""

    def __enter__(self) -> "Service":
        self._thread.start()
        assert self._listening.wait(_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_SECONDS)

    def leave(self, address: str) -> None:
        """Send no further connection there."""
        self._endpoints = [one for one in self._endpoints if one != address]

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._listening.set()
        await self._ended.wait()
        server.close()
        for one in self._connections:  # kept ones, which would stay open as long as their clients
            one.transport.abort()
        await asyncio.gather(*self._connections.values())

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        endpoints = self._endpoints
        with suppress(OSError):
            address = endpoints[next(self._turn) % len(endpoints)]
            there = await asyncio.open_connection(address, self._port)
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
        writer.close()
        del self._connections[writer]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
