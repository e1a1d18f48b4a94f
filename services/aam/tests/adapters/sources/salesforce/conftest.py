"""An emulated Salesforce, empty before each test, and what reads it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aam.adapters.sources.salesforce.connector import SalesforceConnector, SalesforceSource
from aam.ports import Json, SourceBatch
from aos_common.egress import Egress
from aos_local.salesforce.client import Emulator, salesforce


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with salesforce() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


def hurry(seconds: float) -> None:
    """Waits of the connector, a hundredth as long."""
    time.sleep(seconds / 100)


OpenSource = Callable[..., SalesforceSource]


@pytest.fixture
def open_source(emulator: Emulator) -> OpenSource:
    """A source of the emulated organisation; settings by name."""

    def opened(batch_rows: int = 20_000, **changes: Any) -> SalesforceSource:
        connector = SalesforceConnector(Egress("127.0.0.1"), wait=hurry, batch_rows=batch_rows)
        return connector.open(*connector.split(emulator.settings(**changes)))

    return opened


@dataclass
class Reading:
    """What a reading gave."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    batches: list[SourceBatch] = field(default_factory=list)
    snapshot: bool = True
    cursor: Json = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [row["Id"] for row in self.rows]


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Reads a stream to its end."""
    return _read


def _read(source: SalesforceSource, stream: str, cursor: Json | None = None) -> Reading:
    found = Reading()
    with source.read(stream, cursor or {}) as reading:
        found.snapshot = reading.snapshot
        for batch in reading.batches():
            assert len(batch.rows) == batch.data.num_rows
            batch.data.validate(full=True)
            found.batches.append(batch)
            found.rows += batch.data.to_pylist()
            found.deleted += batch.deleted.column("Id").to_pylist() if batch.deleted else []
        found.cursor = reading.cursor()
    return found
