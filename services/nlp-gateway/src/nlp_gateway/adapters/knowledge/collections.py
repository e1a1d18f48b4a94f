"""Collections in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.ids import new_id
from sqlalchemy.ext.asyncio import AsyncConnection

from nlp_gateway.domain.knowledge.collection import Access, Collection
from nlp_gateway.domain.knowledge.errors import CollectionExists, CollectionNotEmpty, CollectionNotFound
from nlp_gateway.ports.passages import Reader

__all__ = ["READABLE", "PostgresCollections", "lock_corpus"]

READABLE = """(c.roles || c.subjects = '{}' OR c.roles && CAST(:roles AS text[])
    OR CAST(:subject AS text) = ANY (c.subjects))"""
_SELECT = """SELECT c.id, c.number, c.name, c.roles, c.subjects, c.created_at, (SELECT count(*) FROM documents d
    WHERE d.tenant_id = c.tenant_id AND d.collection_id = c.id) AS documents
    FROM collections c WHERE c.tenant_id = :tenant"""
_OPEN = """INSERT INTO corpora (tenant_id, passages, tokens, last_collection, last_passage, last_term)
    VALUES (:tenant, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING"""
_LOCK = "SELECT last_passage, last_term FROM corpora WHERE tenant_id = :tenant FOR UPDATE"


async def lock_corpus(connection: AsyncConnection, tenant_id: UUID) -> tuple[int, int]:
    """Make one writer at a time of the tenant's index; return the last numbers of a passage and of a term."""
    await connection.execute(sa.text(_OPEN), {"tenant": tenant_id})
    row = (await connection.execute(sa.text(_LOCK), {"tenant": tenant_id})).one()
    return row.last_passage, row.last_term


class PostgresCollections:
    """The `Collections` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant_id: UUID, name: str, access: Access, at: datetime) -> Collection:
        """Add a collection; raises CollectionExists."""
        parameters = {
            "tenant": tenant_id,
            "id": new_id(),
            "name": name,
            "roles": list(access.roles),
            "subjects": list(access.subjects),
            "at": at,
        }
        number = "UPDATE corpora SET last_collection = last_collection + 1 WHERE tenant_id = :tenant RETURNING *"
        insert = f"""WITH next AS ({number})
            INSERT INTO collections (tenant_id, id, number, name, roles, subjects, created_at)
            SELECT :tenant, :id, last_collection, :name, CAST(:roles AS text[]), CAST(:subjects AS text[]), :at
            FROM next
            ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id, number, name, roles, subjects, created_at,
            0 AS documents"""
        async with self._database.tenant_tx(tenant_id) as connection:
            await lock_corpus(connection, tenant_id)
            row = (await connection.execute(sa.text(insert), parameters)).first()
        if row is None:
            raise CollectionExists(f"The name {name!r} is taken.", hint="Choose another name, or use that one.")
        return _collection(row)

    async def readable(self, reader: Reader) -> list[Collection]:
        """Return the collections that the reader may read, by name, with how many documents each has."""
        who = {"tenant": reader.tenant_id, "roles": sorted(reader.roles), "subject": reader.subject}
        async with self._database.tenant_tx(reader.tenant_id) as connection:
            rows = await connection.execute(sa.text(f"{_SELECT} AND {READABLE} ORDER BY c.name"), who)
            return [_collection(row) for row in rows]

    async def named(self, tenant_id: UUID, name: str) -> Collection | None:
        """Return a collection of any access by its name."""
        async with self._database.tenant_tx(tenant_id) as connection:
            statement = sa.text(f"{_SELECT} AND c.name = :name")
            row = (await connection.execute(statement, {"tenant": tenant_id, "name": name})).first()
        return _collection(row) if row else None

    async def get(self, tenant_id: UUID, collection_id: UUID) -> Collection:
        """Return a collection of any access; raises CollectionNotFound."""
        async with self._database.tenant_tx(tenant_id) as connection:
            return await _get(connection, tenant_id, collection_id)

    async def grant(self, tenant_id: UUID, collection_id: UUID, access: Access) -> Collection:
        """Replace who may read it; raises CollectionNotFound."""
        change = """UPDATE collections SET roles = CAST(:roles AS text[]), subjects = CAST(:subjects AS text[])
            WHERE tenant_id = :tenant AND id = :id"""
        parameters = {"roles": list(access.roles), "subjects": list(access.subjects)}
        async with self._database.tenant_tx(tenant_id) as connection:
            await connection.execute(sa.text(change), {"tenant": tenant_id, "id": collection_id, **parameters})
            return await _get(connection, tenant_id, collection_id)

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        """Delete an empty collection; raises CollectionNotFound, CollectionNotEmpty."""
        async with self._database.tenant_tx(tenant_id) as connection:
            await lock_corpus(connection, tenant_id)
            found = await _get(connection, tenant_id, collection_id)
            if found.documents:
                raise CollectionNotEmpty(
                    f"The collection {found.name!r} holds {found.documents} documents.", hint="Delete those first."
                )
            gone = sa.text("DELETE FROM collections WHERE tenant_id = :tenant AND id = :id")
            await connection.execute(gone, {"tenant": tenant_id, "id": collection_id})


async def _get(connection: AsyncConnection, tenant_id: UUID, collection_id: UUID) -> Collection:
    statement = sa.text(f"{_SELECT} AND c.id = :id")
    row = (await connection.execute(statement, {"tenant": tenant_id, "id": collection_id})).first()
    if row is None:
        raise CollectionNotFound("There is no such collection.", hint="aos kb collections lists those you may read.")
    return _collection(row)


def _collection(row: Any) -> Collection:
    access = Access(tuple(row.roles), tuple(row.subjects))
    return Collection(row.id, row.number, row.name, access, row.created_at, row.documents)
