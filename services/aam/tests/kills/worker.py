"""A worker that dies where it is told: `worker.py APP_URL OBJECTS_URL`.

Every line of its input, `{"tenant": …, "point": …, "nth": …}`, forks a worker that runs the tenant's jobs until none is
left, or kills itself with SIGKILL the nth time it comes to the point. Answers each line with the rows that were read
from the source and whether the worker was killed.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aam.adapters.checkpoints import PostgresCheckpoints
from aam.adapters.connections import PostgresConnections
from aam.adapters.deliveries import PostgresDeliveries
from aam.adapters.extraction import extractor, reading
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.adapters.onboarding.reach import TcpReach
from aam.adapters.projection.engine import Engine
from aam.adapters.quarantine import PostgresQuarantine
from aam.adapters.runs import PostgresRuns
from aam.adapters.sources.files import FilesConnector
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.adapters.sources.postgres import PostgresConnector
from aam.adapters.sources.salesforce.connector import SalesforceConnector
from aam.adapters.statistics import PostgresStatistics
from aam.entrypoints.api import AamApi
from aam.entrypoints.worker import handlers
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.jobs import Worker
from aos_common.objects import ObjectStore
from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox

BATCH_ROWS = 250
BATCH_BYTES = 2_000


class Death:
    """Counts how often each point is passed."""

    def __init__(self, point: str, nth: int, log: int) -> None:
        self._point, self._left, self._log = point, nth, log

    def at(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def read(self, rows: int) -> None:
        os.write(self._log, f"{rows}\n".encode())


def around(owner: Any, name: str, before: Callable[[], None], after: Callable[[], None]) -> None:
    real = getattr(owner, name)

    def plain(*args: Any, **kwargs: Any) -> Any:
        before()
        result = real(*args, **kwargs)
        after()
        return result

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        before()
        result = await real(*args, **kwargs)
        after()
        return result

    setattr(owner, name, awaited if asyncio.iscoroutinefunction(real) else plain)


def arm(death: Death) -> None:
    """Put the points where the real parts meet."""
    opened = extractor.opened

    class Watched:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def batches(self) -> Iterator[Any]:
            for batch in self._real.batches():
                death.read(batch.data.num_rows)
                death.at("fetch")
                yield batch

    @contextmanager
    def watched(*args: Any) -> Iterator[Any]:
        with opened(*args) as read:
            yield Watched(read)

    def nothing() -> None:
        pass

    extractor.opened = watched
    for name, module in list(sys.modules.items()):
        if name.startswith("aam.adapters.sources.postgres") and hasattr(module, "MIN_ROWS"):
            module.MIN_ROWS, module.BATCH_BYTES = BATCH_ROWS, BATCH_BYTES  # type: ignore[attr-defined]  # as found
    around(reading, "write_parquet", nothing, lambda: death.at("land"))
    around(Engine, "project", nothing, lambda: death.at("project"))
    around(PostgresCheckpoints, "save", lambda: death.at("checkpoint"), lambda: death.at("checkpointed"))
    around(PostgresRuns, "commit_stream", lambda: death.at("publish"), lambda: death.at("published"))
    around(Worker, "_finish", lambda: death.at("acknowledge"), nothing)


class Installed:
    """The connectors, with small batches."""

    def __init__(self) -> None:
        egress = Egress("127.0.0.1")
        self._all: dict[str, Any] = {
            "files": FilesConnector(AllowedFolders((Path("/"),)), batch_bytes=BATCH_BYTES),
            "mongo": MongoConnector(egress, batch_rows=BATCH_ROWS),
            "postgres": PostgresConnector(egress),
            # The emulator counts questions, not seconds.
            "salesforce": SalesforceConnector(egress, wait=lambda _: None, batch_rows=BATCH_ROWS),
        }

    def get(self, name: str) -> Any:
        return self._all[name]


async def work(app_url: str, objects_url: str, tenant: UUID) -> None:
    database = Database(app_url, "aam", pool_size=4)
    api = AamApi(
        connectors=Installed(),
        connections=PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), CredentialLocators()),
        runs=PostgresRuns(database, 4),
        quarantine=PostgresQuarantine(database),
        extractor=ArrowExtractor(ObjectStore(objects_url), quarantine_limit=10),
        mappings=None,
        clock=lambda: datetime.now(UTC),
        flags=Defaults(),
        reach=TcpReach(Egress("127.0.0.1"), 1.0),
        statistics=PostgresStatistics(database),
        deliveries=PostgresDeliveries(database),
        streams_at_once=2,
    )
    worker = asyncio.create_task(Worker(database, handlers(api), lease_seconds=60.0).run())
    # The sweep of what has landed waits for days.
    left = sa.text("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND kind <> 'sweep landing'")
    while True:
        async with database.tenant_tx(tenant) as tx:
            if not (await tx.execute(left)).scalar_one():
                break
        await asyncio.sleep(0.02)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    await database.close()


class Defaults:
    """Every feature flag at its default."""

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        return default


def main() -> None:
    app_url, objects_url = sys.argv[1:]
    for line in sys.stdin:
        asked = json.loads(line)
        incoming, outgoing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(incoming)
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what it logs is no answer
            arm(Death(asked["point"], asked["nth"], outgoing))
            asyncio.run(work(app_url, objects_url, UUID(asked["tenant"])))
            os._exit(0)
        os.close(outgoing)
        with os.fdopen(incoming) as log:
            rows = sum(map(int, log.read().split()))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps({"rows": rows, "status": status}), flush=True)


if __name__ == "__main__":
    main()
