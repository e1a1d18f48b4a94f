"""One owner with something to lose, and the strangers who want it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
from aos_gateway.routes import DOCUMENTS

from tests.integration.isolation.owner import Owner, known_ids, plant


@pytest.fixture(scope="session")
def admin(stack: Any) -> Iterator[psycopg.Connection[Any]]:
    """The superuser's view of the database."""
    url = stack.platform.postgres_admin_url().rsplit("/", 1)[0] + "/autonomos"
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def owner(stack: Any, admin: psycopg.Connection[Any], tmp_path_factory: pytest.TempPathFactory) -> Owner:
    planted = plant(stack, admin, tmp_path_factory.mktemp("private"))
    planted.known = known_ids(admin, planted.tenant)
    return planted


@pytest.fixture(scope="session")
def objects(stack: Any) -> Path:
    """The root of all objects."""
    return Path(stack.platform.settings.home.data) / "objects"


@pytest.fixture(scope="session")
def documents(stack: Any) -> dict[str, Any]:
    """What each service says of its own REST routes."""
    found = {}
    for route in DOCUMENTS:
        answer = httpx.get(f"http://127.0.0.1:{stack.port(route.service)}{route.path}")
        if route.path.endswith("openapi.json") and answer.is_success:
            found[route.service] = answer.json()
    return found


@pytest.fixture
def quiet(stack: Any) -> Iterator[None]:
    """Forgets failed sign-ins afterwards, which would slow down everybody at this address."""
    yield
    settings = stack.platform.settings
    book = json.loads((settings.home.run / "ports.json").read_text())
    password = (settings.home.secrets / "valkey-admin").read_text().strip()
    with redis.Redis(port=book["valkey"], username="admin", password=password) as valkey:
        for key in valkey.scan_iter("identity:failed:*"):
            valkey.delete(key)
