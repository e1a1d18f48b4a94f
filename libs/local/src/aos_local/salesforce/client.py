"""The emulator as a process of its own, and a handle on what tests turn and read."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aos_local.processes.ports import LOOPBACK, accepts, free_port
from aos_local.processes.process import Launch
from aos_local.salesforce.example import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from aos_local.testing import environment, folder, running

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105  a path


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    url: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the part below `/_emulator/`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  loopback
            return json.loads(answer.read() or b"null")

    def arm(self, name: str = "", **changes: Any) -> None:
        """Arm a fault."""
        self.call("POST", "faults", {"name": name, **changes})

    def struck(self) -> int:
        """How often armed faults struck."""
        return sum(one["struck"] for one in self.call("GET", "faults")["armed"])

    def disarm(self) -> None:
        """Forget every fault."""
        self.call("DELETE", "faults")

    def reset(self) -> None:
        """Begin anew: records, sessions, faults, knobs and log."""
        self.call("POST", "reset")

    def turn(self, **knobs: Any) -> None:
        """Turn knobs."""
        self.call("POST", "knobs", knobs)

    def expire(self, **what: Any) -> None:
        """End sessions or locators."""
        self.call("POST", "expire", what)

    def load(self, entity: str, records: list[dict[str, Any]]) -> list[str]:
        """Load records as they are; returns their ids."""
        found: list[str] = self.call("POST", f"records/{entity}", {"records": records})
        return found

    def generate(self, entity: str, count: int, *, seed: int = 1, start: str, seconds: float = 1.0) -> None:
        """Make records from a seed."""
        wanted = {"count": count, "seed": seed, "start": start, "seconds": seconds}
        self.call("POST", f"records/{entity}", {"generate": wanted})

    def requests(self) -> list[dict[str, Any]]:
        """What was asked, oldest first."""
        found: list[dict[str, Any]] = self.call("GET", "requests")
        return found

    def asked(self, method: str, part: str) -> int:
        """How many requests of this method have `part` in their path."""
        return sum(one["method"] == method and part in one["path"] for one in self.requests())

    def forget(self) -> None:
        """Forget what was asked."""
        self.call("DELETE", "requests")

    def app(self, client_id: str = CLIENT_ID, **changes: Any) -> list[str]:
        """Change an app; returns its refresh tokens."""
        found: list[str] = self.call("POST", f"apps/{client_id}", changes)["refresh_tokens"]
        return found

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Settings of the salesforce connector for the example organisation."""
        return {
            "login_url": self.url,
            "auth": "refresh_token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
        } | changes


@contextmanager
def salesforce(data: Path | None = None, host: str = LOOPBACK) -> Iterator[Emulator]:
    """An emulator of the organisation of a data file, or of the example, at an address of this machine."""
    with folder() as home:
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            argv = [sys.executable, "-m", "aos_local.salesforce", "--host", host, "--port", str(ports[-1])]
            return Launch(argv + (["--data", str(data)] if data else []), environment(), home / "log", home)

        with running("The Salesforce emulator", launch, lambda: accepts(ports[-1], host)):
            yield Emulator(f"http://{host}:{ports[-1]}")
