"""Every image built, and every pod of the evaluation's rendering played, once for all tests of this folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aos import Client
from aos_local.demo.company import make_company
from aos_local.demo.sources import export

from tests.deploy.boot import engine
from tests.deploy.boot.build import FOLDER, build
from tests.deploy.boot.cluster import Cluster
from tests.deploy.boot.pods import Node, Rendering
from tests.deploy.conftest import judge

NETWORK, RELEASE = "autonomos-boot", "aos-autonomos"
BOOT_SECONDS = 240
STORES = tuple(f"{RELEASE}-{store}" for store in ("postgresql", "valkey", "temporal", "objects"))
SERVICES = ("identity", "aod", "aam", "dcl", "aoa", "nlp-gateway")
TWICE = {f"{RELEASE}-{component}": 2 for component in (*SERVICES, "gateway", "console")}
"""As many as the chart starts, so that one may go."""
FOLDER_CLAIM = "example-exports"
DRAIN_SECONDS = 10
"""Of a gateway's pod; the chart's are for clients that leave a connection unused for longer than those here."""


@pytest.fixture(scope="session")
def podman() -> engine.Engine:
    return engine.Engine(FOLDER)


@pytest.fixture(scope="session")
def images(podman: engine.Engine) -> str:
    """What building all images said."""
    return build(podman)


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo's company."""
    folder = tmp_path_factory.mktemp("exports")
    export(make_company(), folder)
    return folder


@pytest.fixture(scope="session")
def cluster(
    podman: engine.Engine, images: str, exports: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Play stores, then Jobs, then everything else; each is ready before the next."""
    assert images
    network = podman.network(NETWORK)
    values = _values("http://localhost:8080", "127.0.0.1")
    addresses = Rendering(_rendered(values), network, TWICE).addresses()
    url, database = f"http://{addresses[f'{RELEASE}-gateway'][0]}:8080", addresses[f"{RELEASE}-postgresql"][0]
    rendering = Rendering(_rendered(_values(url, f"{database}:5432")), network, TWICE)
    made = Cluster(podman, rendering, NETWORK, tmp_path_factory.mktemp("pods"), url)
    made.stop_pods()
    try:
        podman.volume(FOLDER_CLAIM, exports)
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
    folders = {"exports": {"claim": FOLDER_CLAIM}}
    return {
        "evaluation": {"enabled": True},
        "publicUrl": url,
        "image": image,
        "egressAllow": egress,
        "folders": folders,
        "components": {"gateway": {"processes": {"serve": {"drain": DRAIN_SECONDS}}}},
    }


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
