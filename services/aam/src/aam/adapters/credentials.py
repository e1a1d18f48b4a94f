"""Sessions of connections: in memory, and in PostgreSQL for every process."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid5

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import DomainError, Kind
from aos_common.secrets import SecretBox
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.tables import connections
from aam.domain.errors import ConnectionNotFound, Fault, SourceError
from aam.ports import StoredSession

SESSION = "session"
"""Where a connection's session stands among its secrets; the owner's credentials stand beside it."""
RENEWAL_SECONDS = 90.0
FETCHERS, LOADERS = 3, 2
"""Renewals and looks at once in one process; each holds a database connection."""
_LOCKS = UUID("6f0b0f3e-3c55-4a0e-9a58-5b1c7d1f6a10")


class HeldCredentials:
    """A session that lives as long as this object."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stored: StoredSession = {}

    def session(self) -> StoredSession:
        """What was fetched last."""
        return self._stored

    def renew(self, stale: StoredSession, fetch: Callable[[StoredSession], StoredSession]) -> StoredSession:
        """Fetch once for all threads."""
        with self._lock:
            if self._stored == stale:
                self._stored = fetch(self._stored)
            return self._stored


class SessionStore:
    """Sessions in the sealed secrets of the table `connections`.

    An advisory lock of PostgreSQL lets one process at a time renew; it is held while the source is asked, for half a
    minute at most, and ends with its connection should the process die. Within a process one caller waits for it.
    """

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database, self._box = database, box
        self._fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="renewal")
        self._renewing, self._loading = asyncio.Semaphore(FETCHERS), asyncio.Semaphore(LOADERS)
        self._flights: dict[UUID, asyncio.Lock] = {}
        self._waiting: dict[UUID, int] = {}

    async def load(self, tenant_id: UUID, connection_id: UUID) -> StoredSession:
        """The stored session; empty when there is none."""
        async with self._loading, self._database.tenant_tx(tenant_id) as tx:
            return _session(await self._secret(tx, tenant_id, connection_id))

    async def renew(
        self,
        tenant_id: UUID,
        connection_id: UUID,
        stale: StoredSession,
        fetch: Callable[[StoredSession], StoredSession],
    ) -> StoredSession:
        """Single flight: see `Credentials.renew`."""
        flight = self._flights.setdefault(connection_id, asyncio.Lock())
        self._waiting[connection_id] = self._waiting.get(connection_id, 0) + 1
        try:
            async with flight:
                stored = await self.load(tenant_id, connection_id)
                return stored if stored != stale else await self._renew(tenant_id, connection_id, stale, fetch)
        finally:
            self._waiting[connection_id] -= 1
            if not self._waiting[connection_id]:
                del self._waiting[connection_id], self._flights[connection_id]

    async def _renew(
        self,
        tenant_id: UUID,
        connection_id: UUID,
        stale: StoredSession,
        fetch: Callable[[StoredSession], StoredSession],
    ) -> StoredSession:
        async with self._renewing, self._database.tenant_tx(tenant_id) as tx:
            await lock_credentials(tx, connection_id)
            secret = await self._secret(tx, tenant_id, connection_id)
            stored = _session(secret)
            if stored != stale:
                return stored
            loop = asyncio.get_running_loop()
            fresh = dict(await loop.run_in_executor(self._fetchers, fetch, stored))
            secret[SESSION] = json.dumps(fresh)
            sealed = await self._box.seal(json.dumps(secret).encode(), bound(tenant_id, connection_id))
            await tx.execute(sa.update(connections).where(connections.c.id == connection_id).values(secret=sealed))
        return fresh

    async def _secret(self, tx: AsyncConnection, tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
        row = (await tx.execute(sa.select(connections.c.secret).where(connections.c.id == connection_id))).first()
        if row is None:
            raise ConnectionNotFound(f"There is no connection {connection_id}.", hint="It was deleted meanwhile.")
        found: dict[str, str] = json.loads(await self._box.open(bytes(row.secret), bound(tenant_id, connection_id)))
        return found


class SharedCredentials:
    """The `Credentials` of one stored connection, for threads; made on the event loop that serves them."""

    def __init__(self, store: SessionStore, tenant_id: UUID, connection_id: UUID) -> None:
        self._store, self._tenant_id, self._connection_id = store, tenant_id, connection_id
        self._loop = asyncio.get_running_loop()

    def session(self) -> StoredSession:
        """What is stored now."""
        return self._await(self._store.load(self._tenant_id, self._connection_id))

    def renew(self, stale: StoredSession, fetch: Callable[[StoredSession], StoredSession]) -> StoredSession:
        """Single flight over all threads and processes."""
        return self._await(self._store.renew(self._tenant_id, self._connection_id, stale, fetch))

    def _await(self, work: Coroutine[None, None, StoredSession]) -> StoredSession:
        waiting = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return waiting.result(RENEWAL_SECONDS)
        except TimeoutError:
            waiting.cancel()
            raise _unavailable("the session was not renewed in time") from None
        except sa.exc.DBAPIError as error:
            raise _unavailable(type(error.orig).__name__) from None
        except DomainError as error:
            if isinstance(error, SourceError):
                raise
            if error.kind is Kind.UNAVAILABLE:
                raise _unavailable(error.message) from None
            raise SourceError(error.message, hint=error.hint, reason=error.reason) from None


async def lock_credentials(tx: AsyncConnection, connection_id: UUID) -> None:
    """Wait until nobody else changes the credentials of a connection; until the end of the transaction."""
    key = uuid5(_LOCKS, str(connection_id)).int >> 65
    await tx.execute(sa.text("SELECT pg_catalog.pg_advisory_xact_lock(:key)").bindparams(key=key))


def bound(tenant_id: UUID, connection_id: UUID) -> str:
    """What the secrets of a connection are sealed for."""
    return f"{tenant_id}|{connection_id}"


def _session(secret: Mapping[str, str]) -> StoredSession:
    found: dict[str, str] = json.loads(secret.get(SESSION) or "{}")
    return found


def _unavailable(internal: str) -> SourceError:
    return SourceError(
        "The credentials could not be renewed for the moment.",
        hint="Try again in a moment.",
        fault=Fault.TRANSIENT,
        internal=internal,
        reason="CREDENTIALS_BUSY",
    )
