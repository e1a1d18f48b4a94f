"""One platform for all journeys of a worker: started once, on free ports, in a folder of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from aos import Client
from aos_local.platform import Platform
from aos_local.processes.ports import free_port

from tests.integration.canaries import in_files, own_secrets
from tests.integration.helpers import mailed_ticket

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
PASSWORD = "a password for tests"
ORGANISATION = "127.0.0.77"
"""A loopback address that the mesh may reach, for sources that tests start there."""


@dataclass
class Stack:
    """A running platform, and ways to look behind the gateway."""

    platform: Platform
    home: Path
    environment: dict[str, str]
    url: str
    clients: list[Client] = field(default_factory=list)

    def sign_up(self) -> Client:
        """Return a client of a new tenant's owner."""
        client = Client(self.url)
        client.register("Test tenant", f"{uuid4().hex}@example.com", PASSWORD)
        self.clients.append(client)
        return client

    def aos(self, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run the `aos` command against this platform."""
        command = [str(Path(sys.executable).parent / "aos"), *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False, cwd=self.home
        )

    def demo(self, folder: Path) -> dict[str, Any]:
        """Run `aos demo --data FOLDER --json` and return its document."""
        done = self.aos("demo", "--data", str(folder), "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def client_of(self, document: dict[str, Any]) -> Client:
        """Return a client signed in as the user of a demo's document."""
        client = Client(self.url)
        client.sign_in(document["email"], document["password"])
        self.clients.append(client)
        return client

    def process(self, name: str) -> psutil.Process:
        """Return the process of a component."""
        state = self.platform.state()
        assert state is not None
        identity = state.components[name].process
        assert identity is not None
        return psutil.Process(identity.pid)

    def port(self, name: str, kind: str = "http") -> int:
        """Return a port of a service behind the gateway."""
        wanted = f"AOS_{kind.upper()}_PORT"
        return int(self.process(name).environ()[wanted])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("aos")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AOS_")}
    environment = kept | {"AOS_HOME": str(home), "AOS_SESSION_FILE": str(home / "session.json")}
    environment["AOS_SIGN_IN_FAILURES"] = "1000000"  # every test comes from one address
    environment["AOS_EGRESS_ALLOW"] = ORGANISATION
    # Two workers that start at once would both take the next free one after 8080.
    environment["AOS_PUBLIC_PORT"] = str(free_port())
    platform = Platform(home, environment)
    state = platform.start()
    made = Stack(platform, home, environment, state.urls["API"])
    yield made
    for client in made.clients:
        client.close()
    platform.stop()
    # After all that the tests did, whatever they were about: the logs hold none of the platform's own secrets.
    assert in_files((home / "logs").rglob("*"), own_secrets(home)) == []
    assert not [p for p in psutil.Process().children(recursive=True) if str(home) in " ".join(_command(p))]


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


@pytest.fixture
def client(stack: Stack) -> Client:
    return stack.sign_up()


@pytest.fixture
def colleague(stack: Stack, client: Client) -> Client:
    """A viewer of the client's tenant."""
    email = f"{uuid4().hex}@example.com"
    client.invitations.send(email, ["viewer"])
    made = Client(stack.url)
    made.invitations.accept(mailed_ticket(stack, email), PASSWORD)
    stack.clients.append(made)
    return made


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED
