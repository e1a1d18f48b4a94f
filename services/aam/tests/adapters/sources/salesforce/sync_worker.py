"""One of several processes that read one connection: `sync_worker.py URL TENANT CONNECTION THREADS STREAM`.

Prints the number of rows each thread read, as JSON, or the error.
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from aam.adapters.connections import PostgresConnections
from aam.adapters.sources.registry import InstalledConnectors
from aam.usecases.connecting.open_source import open_source
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox


def _rows(source, stream: str) -> object:
    try:
        with source.read(stream, {}) as reading:
            return sum(batch.data.num_rows for batch in reading.batches())
    except Exception as error:
        return f"{type(error).__name__}: {error} {getattr(error, 'internal', '')}"


async def main(url: str, tenant: str, connection_id: str, threads: int, stream: str) -> None:
    database = Database(url, "aam", pool_size=4)
    connections = PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), CredentialLocators())
    connectors = InstalledConnectors(AllowedFolders(()), Egress("127.0.0.1"))
    connection = await connections.get(UUID(tenant), UUID(connection_id))
    sources = [
        await open_source(UUID(tenant), connection, connections=connections, connectors=connectors)
        for _ in range(threads)
    ]
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(threads) as pool:
        work = [loop.run_in_executor(pool, _rows, source, stream) for source in sources]
        print(json.dumps(await asyncio.gather(*work)))
    await database.close()


if __name__ == "__main__":
    _, url_, tenant_, connection_, threads_, stream_ = sys.argv
    time.sleep(0.2)
    asyncio.run(main(url_, tenant_, connection_, int(threads_), stream_))
