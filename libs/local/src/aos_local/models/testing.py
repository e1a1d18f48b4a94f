"""The models for a test: on a free port of loopback, in a thread, ended with the test."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from aos_local.models.app import create_app
from aos_local.models.recording import Recorder

__all__ = ["Served", "served_models"]

START_SECONDS = 10.0


@dataclass(frozen=True)
class Served:
    """Where the models are, and what they were sent."""

    url: str
    recorder: Recorder

    def base_url(self, kind: str) -> str:
        """Return the base address that a client of this kind of provider wants."""
        return f"{self.url}/v1" if kind.startswith("openai") else self.url


@contextmanager
def served_models() -> Iterator[Served]:
    """Yield the models; a stalled answer does not hold the end up."""
    recorder = Recorder()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(recorder), log_level="critical", timeout_graceful_shutdown=0, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        until = time.monotonic() + START_SECONDS
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", recorder)
        server.should_exit = server.force_exit = True
        thread.join(START_SECONDS)
