"""Connections and streams in PostgreSQL; credentials are sealed for their tenant and connection."""

import json
from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from aos_common.jobs import enqueue
from aos_common.secrets import CredentialLocators, LocatorRefused, SecretBox
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.credentials import SESSION, SessionStore, SharedCredentials, bound, lock_credentials
from aam.adapters.onboarding.funnel import IN_STAGE
from aam.adapters.rows import SUMMARY, clean, connection_of, stream_of, stream_values, summary_of
from aam.adapters.tables import connections, streams
from aam.domain.connection import Connection, ConnectionState, ConnectionSummary, Stream
from aam.domain.errors import ConnectionExists, ConnectionNotFound, Fault, Obstacle, SourceError
from aam.domain.onboarding import Stage

ONBOARD = "onboard"
LOCATED = "_from"
FIRST_PAGE = sa.select(*SUMMARY).order_by(connections.c.id.desc()).limit(sa.bindparam("size"))
NEXT_PAGE = FIRST_PAGE.where(connections.c.id < sa.bindparam("before"))
"""Built once: the list is what consoles ask again and again."""
MOVED_BY_RUNS = ("cursor", "version", "published_mapping")


class PostgresConnections:
    """The `Connections` port."""

    def __init__(self, database: Database, box: SecretBox, locators: CredentialLocators) -> None:
        self._database, self._box, self._locators = database, box, locators
        self._sessions = SessionStore(database, box)

    async def add(self, tenant_id: UUID, connection: Connection, secret: Mapping[str, str]) -> Connection:
        """Store a connection and the job that looks at its source, once a request id."""
        sealed = await self._box.seal(json.dumps(dict(secret)).encode(), bound(tenant_id, connection.id))
        async with self._database.tenant_tx(tenant_id) as tx:
            if connection.request_id:
                query = sa.select(connections).where(connections.c.request_id == connection.request_id)
                earlier = (await tx.execute(query)).first()
                if earlier:
                    return connection_of(earlier)
            values = {
                "tenant_id": tenant_id,
                "id": connection.id,
                "name": connection.name,
                "connector": connection.connector,
                "settings": dict(connection.settings),
                "secret": sealed,
                "state": connection.state.value,
                "location": connection.location,
                "error": clean(connection.error),
                "streams": list(connection.streams),
                "request_id": connection.request_id,
                "created_at": connection.created_at,
                "safe_mode": connection.safe_mode,
                "missing": list(connection.missing),
                "fresh_within_minutes": connection.fresh_within_minutes,
            }
            added = await tx.execute(insert(connections).values(values).on_conflict_do_nothing())
            if not added.rowcount:
                raise ConnectionExists(
                    f"There is a connection named {connection.name!r}.", hint="Choose another name, or delete it first."
                )
            if connection.state is ConnectionState.PENDING:
                await _enqueue(tx, tenant_id, connection.id)
        return connection

    async def get(self, tenant_id: UUID, connection_id: UUID) -> Connection:
        """The connection, or `ConnectionNotFound`."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(connections).where(connections.c.id == connection_id))).first()
        if row is None:
            raise not_found(connection_id)
        return connection_of(row)

    async def page(
        self, tenant_id: UUID, size: int, before: UUID | None, stage: Stage | None = None
    ) -> list[ConnectionSummary]:
        """At most `size` connections, newest first, after the one named `before`; of one stage of the funnel."""
        query = NEXT_PAGE if before else FIRST_PAGE
        query = query.where(IN_STAGE[stage]) if stage else query
        async with self._database.tenant_tx(tenant_id) as tx:
            return [summary_of(row) for row in await tx.execute(query, {"size": size, "before": before})]

    async def secret(self, tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
        """The credentials, for opening the source and nothing else; a setting `<name>_from` locates `<name>`.

        Raises `SourceError` when a locator leads nowhere.
        """
        query = sa.select(connections.c.secret, connections.c.settings).where(connections.c.id == connection_id)
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(query)).first()
        if row is None:
            raise not_found(connection_id)
        found: dict[str, str] = json.loads(await self._box.open(bytes(row.secret), bound(tenant_id, connection_id)))
        found.pop(SESSION, None)
        for name, locator in row.settings.items():
            if name.endswith(LOCATED) and locator:
                found[name.removesuffix(LOCATED)] = await self._locate(tenant_id, locator)
        return found

    def credentials(self, tenant_id: UUID, connection_id: UUID) -> SharedCredentials:
        """The session that the connection's sources share."""
        return SharedCredentials(self._sessions, tenant_id, connection_id)

    async def replace(self, tenant_id: UUID, connection: Connection, secret: Mapping[str, str]) -> None:
        """Other settings and credentials for the connection, and another look at its source."""
        sealed = await self._box.seal(json.dumps(dict(secret)).encode(), bound(tenant_id, connection.id))
        values = {
            "settings": dict(connection.settings),
            "secret": sealed,
            "location": connection.location,
            "state": connection.state.value,
            "error": "",
            "missing": [],
        }
        async with self._database.tenant_tx(tenant_id) as tx:
            await lock_credentials(tx, connection.id)
            changed = await tx.execute(sa.update(connections).where(connections.c.id == connection.id).values(values))
            if not changed.rowcount:
                raise not_found(connection.id)
            await _enqueue(tx, tenant_id, connection.id)

    async def _locate(self, tenant_id: UUID, locator: str) -> str:
        try:
            return await self._locators.resolve(tenant_id, locator)
        except LocatorRefused as error:
            raise SourceError(error.message, hint=error.hint, reason=error.reason) from None
        except DependencyUnavailable as error:
            raise SourceError(error.message, hint=error.hint, fault=Fault.TRANSIENT, reason=error.reason) from None

    async def delete(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Delete a connection with all that hangs on it."""
        async with self._database.tenant_tx(tenant_id) as tx:
            gone = await tx.execute(sa.delete(connections).where(connections.c.id == connection_id))
        if not gone.rowcount:
            raise not_found(connection_id)

    async def look_again(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Queue another look at the source."""
        async with self._database.tenant_tx(tenant_id) as tx:
            await _enqueue(tx, tenant_id, connection_id)

    async def promote(self, tenant_id: UUID, connection_id: UUID) -> None:
        """End Safe Mode, if it was not ended before, and queue another look."""
        change = sa.update(connections).where(connections.c.id == connection_id, connections.c.safe_mode)
        async with self._database.tenant_tx(tenant_id) as tx:
            values = {"safe_mode": False, "state": ConnectionState.PENDING.value}
            if (await tx.execute(change.values(values))).rowcount:
                await _enqueue(tx, tenant_id, connection_id)

    async def set_state(
        self,
        tenant_id: UUID,
        connection_id: UUID,
        state: ConnectionState,
        error: str,
        obstacle: Obstacle = Obstacle.NONE,
    ) -> None:
        """Change a connection's state, what is wrong with it, and what stands in its way."""
        values = {"state": state.value, "error": clean(error), "obstacle": obstacle.value}
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.update(connections).where(connections.c.id == connection_id).values(values))

    async def streams(self, tenant_id: UUID, connection_id: UUID) -> list[Stream]:
        """The connection's streams by name."""
        query = sa.select(streams).where(streams.c.connection_id == connection_id).order_by(streams.c.name)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [stream_of(row) for row in await tx.execute(query)]

    async def save_stream(self, tenant_id: UUID, stream: Stream) -> None:
        """Insert or update a stream, whose cursor only a run moves; nothing when its connection is gone."""
        key = {"tenant_id": tenant_id, "connection_id": stream.connection_id, "name": stream.name}
        values = stream_values(stream)
        statement = insert(streams).values({**key, **values})
        changed = {name: value for name, value in values.items() if name not in MOVED_BY_RUNS}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
        exists = sa.select(connections.c.id).where(connections.c.id == stream.connection_id).with_for_update(read=True)
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(exists)).first():
                await tx.execute(statement)

    async def drop_streams(self, tenant_id: UUID, connection_id: UUID, keep: list[str]) -> None:
        """Delete the streams that are no longer among `keep`."""
        gone = sa.delete(streams).where(streams.c.connection_id == connection_id, streams.c.name.not_in(keep))
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(gone)


async def _enqueue(tx: AsyncConnection, tenant_id: UUID, connection_id: UUID) -> None:
    payload = {"connection_id": str(connection_id)}
    await enqueue(tx, tenant_id=tenant_id, kind=ONBOARD, payload=payload, key=str(connection_id))


def not_found(connection_id: UUID) -> ConnectionNotFound:
    """What to say of a connection that is not there."""
    return ConnectionNotFound(f"There is no connection {connection_id}.", hint="List the connections to find its id.")
