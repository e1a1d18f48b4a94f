"""What was sent, in the tenant's part of the object store, until it is read in."""

import asyncio
from uuid import UUID

from aos_common.objects import ObjectStore

__all__ = ["StoredRaw"]


class StoredRaw:
    """The `Raw` port."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, tenant_id: UUID, document_id: UUID, content: bytes) -> None:
        """Keep a document's content."""
        await asyncio.to_thread(self._put, tenant_id, document_id, content)

    async def get(self, tenant_id: UUID, document_id: UUID) -> bytes | None:
        """Return it, or None when it is gone."""
        return await asyncio.to_thread(self._get, tenant_id, document_id)

    async def delete(self, tenant_id: UUID, document_id: UUID) -> None:
        """Delete it, if it is there."""
        await asyncio.to_thread(self._objects.tenant(tenant_id).delete_prefix, _key(document_id))

    def _put(self, tenant_id: UUID, document_id: UUID, content: bytes) -> None:
        with self._objects.tenant(tenant_id).write(_key(document_id)) as file:
            file.write(content)

    def _get(self, tenant_id: UUID, document_id: UUID) -> bytes | None:
        try:
            with self._objects.tenant(tenant_id).read(_key(document_id)) as file:
                return file.read()
        except FileNotFoundError:
            return None


def _key(document_id: UUID) -> str:
    return f"knowledge/{document_id}"
