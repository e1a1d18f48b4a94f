"""The emulated Salesforce that outside clients judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aos_local.salesforce.client import Emulator, salesforce


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with salesforce() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


@pytest.fixture(scope="session")
def tools() -> Path:
    """The environment of `clients/requirements.lock`; `make test` makes it."""
    root = next(
        folder
        for folder in Path(__file__).parents
        if (folder / "requirements.lock").is_file() and (folder / "Makefile").is_file()
    )
    found = root / ".tools" / "clients"
    assert (found / ".installed").exists(), "run `make .tools/clients/.installed` first"
    return found


@pytest.fixture
def clients() -> Path:
    """The folder of the programs that drive outside clients."""
    return Path(__file__).with_name("clients")
