"""Two workers that look after due times: `due_worker.py APP_URL SECONDS`; they work until their input ends.

Their clock is so many seconds fast, as clocks of machines can be.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from aam.adapters.connections import PostgresConnections
from aam.adapters.runs import PostgresRuns
from aam.adapters.steering.calendar import CronCalendar
from aam.adapters.steering.store import PostgresSteering
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.worker import due_times
from aos_common.db import Database
from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox

WORKERS = 2


class Mesh:
    """What of the mesh starting a run needs."""

    def __init__(self, database: Database) -> None:
        self.connections = PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), CredentialLocators())
        self.runs = PostgresRuns(database, 4)
        self.flags = self

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(sys.argv[2]))

    async def is_on(self, tenant_id: Any, flag: str, default: bool) -> bool:
        return default


async def main() -> None:
    database = Database(sys.argv[1], "aam", pool_size=4)
    mesh: Any = Mesh(database)
    api = SteeringApi(mesh, PostgresSteering(database), CronCalendar())
    tasks = [asyncio.create_task(due_times(database, api).run()) for _ in range(WORKERS)]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
