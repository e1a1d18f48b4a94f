"""Every image built, and every pod of the evaluation's rendering played, once for all tests of this folder."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
from aos import Client

from tests.deploy.boot import engine, packages, system
from tests.deploy.boot.cluster import Cluster
from tests.deploy.boot.pods import Node, Rendering
from tests.deploy.conftest import ROOT, judge

FOLDER = ROOT / ".tools" / "podman"
NETWORK, RELEASE = "autonomos-boot", "aos-autonomos"
BUILT_AT_ONCE, BUILD_SECONDS, BOOT_SECONDS = 2, 1500, 240
STORES = tuple(f"{RELEASE}-{store}" for store in ("postgresql", "valkey", "temporal", "objects"))
TWICE = {f"{RELEASE}-{service}": 2 for service in ("identity", "aod", "aam", "dcl", "aoa", "nlp-gateway")}
"""As many as the chart starts, so that one may go."""


@pytest.fixture(scope="session")
def podman() -> engine.Engine:
    return engine.Engine(FOLDER)


@pytest.fixture(scope="session")
def images(podman: engine.Engine) -> str:
    """Build all images as `make images` does, two at a time; return what it said."""
    with ThreadPoolExecutor() as pool:
        fetched = pool.submit(packages.fetch, FOLDER, _locks())
        bases = system.build(podman)
    options = [f"--option={one}" for one in fetched.result()]
    command = [sys.executable, str(ROOT / "deploy" / "images" / "build.py"), "--engine", "podman", "--network", "none"]
    command += ["--system-image", bases[0], "--python-image", bases[1], "--jobs", str(BUILT_AT_ONCE), *options]
    done = subprocess.run(
        command, env=podman.environment, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def _locks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("image_locks", ROOT / "deploy" / "images" / "locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cluster(podman: engine.Engine, images: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Play stores, then Jobs, then everything else; each is ready before the next."""
    assert images
    network = podman.network(NETWORK)
    values = _values("http://localhost:8080", "127.0.0.1")
    addresses = Rendering(_rendered(values), network, TWICE).addresses()
    (gateway,), (database,) = addresses[f"{RELEASE}-gateway"], addresses[f"{RELEASE}-postgresql"]
    rendering = Rendering(_rendered(_values(f"http://{gateway}:8080", f"{database}:5432")), network, TWICE)
    made = Cluster(podman, rendering, NETWORK, tmp_path_factory.mktemp("pods"))
    made.stop_pods()
    try:
        jobs = [name for name, pod in made.pods.items() if pod.probe is None]
        made.play(STORES)
        made.until_ready(STORES, BOOT_SECONDS)
        made.play(jobs)
        made.until_done(jobs, BOOT_SECONDS)
        made.play(name for name in made.pods if name not in {*STORES, *jobs})
        made.until_ready((name for name in made.pods if name not in jobs), BOOT_SECONDS)
        yield made
    finally:
        made.stop_pods()
        podman.run("network", "rm", "--force", NETWORK, check=False)


def _values(url: str, egress: str) -> Node:
    image = {"registry": "localhost", "pullPolicy": "Never"}
    return {"evaluation": {"enabled": True}, "publicUrl": url, "image": image, "egressAllow": egress}


def _rendered(values: Node) -> list[Node]:
    answer: dict[str, Any] = judge("render", given=json.dumps([values]))[0]
    assert "refused" not in answer, answer["refused"]
    return list(answer["manifests"])


@pytest.fixture
def client(cluster: Cluster) -> Iterator[Client]:
    """A client of the platform behind its gateway."""
    made = Client(cluster.url)
    yield made
    made.transport.close()
