"""Providers in PostgreSQL; API keys are sealed for their tenant and version."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.secrets import SecretBox

from nlp_gateway.adapters.tables import providers
from nlp_gateway.domain.providers.provider import Provider

__all__ = ["PostgresProviders"]


class PostgresProviders:
    """Implements ports.providers.Providers: one row a tenant, whose id changes with each change."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database, self._box = database, box

    async def get(self, tenant_id: UUID) -> Provider | None:
        """Return the tenant's provider."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(providers))).first()
        return _provider(row) if row else None

    async def key(self, tenant_id: UUID, provider_id: UUID) -> str | None:
        """Return the API key of this version; raises SecretUnreadable."""
        query = sa.select(providers.c.secret).where(providers.c.id == provider_id)
        async with self._database.tenant_tx(tenant_id) as tx:
            sealed = await tx.scalar(query)
        return (await self._box.open(bytes(sealed), _bound(tenant_id, provider_id))).decode() if sealed else None

    async def put(self, tenant_id: UUID, provider: Provider, key: str | None) -> None:
        """Replace the tenant's provider; without a key the kept one is sealed again for the new version."""
        kept = await self.get(tenant_id)
        if key is None and kept is not None:
            key = await self.key(tenant_id, kept.id)
        assert key is not None  # the use case asks for one where none is kept
        values = {name: getattr(provider, name) for name in ("id", "kind", "model", "url", "updated_at", "updated_by")}
        values["secret"] = await self._box.seal(key.encode(), _bound(tenant_id, provider.id))
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.delete(providers))
            await tx.execute(sa.insert(providers).values(tenant_id=tenant_id, **values))

    async def delete(self, tenant_id: UUID) -> bool:
        """Forget the provider and its key."""
        async with self._database.tenant_tx(tenant_id) as tx:
            return bool((await tx.execute(sa.delete(providers))).rowcount)


def _bound(tenant_id: UUID, provider_id: UUID) -> str:
    return f"{tenant_id}|{provider_id}"


def _provider(row: Any) -> Provider:
    return Provider(row.id, row.kind, row.model, row.url, row.updated_at, row.updated_by)
