"""Tenants' identity providers, the attempts to sign on through them, and who came of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database
from aos_common.ids import new_id
from aos_common.secrets import SecretBox
from sqlalchemy.dialects.postgresql import insert

from identity.adapters.postgres.accounts import SELECT_USER, insert_user, user_of
from identity.adapters.postgres.rows import row_of
from identity.adapters.postgres.users import PostgresUsers
from identity.adapters.tables import (
    external_identities,
    identity_providers,
    sign_on_attempts,
    sign_on_names,
    tenants,
    users,
)
from identity.domain.account import User
from identity.domain.credentials.sign_on import MAX_PROVIDERS, IdentityProvider, Person, SignOnAttempt
from identity.domain.credentials.ticket import Ticket, fits
from identity.domain.errors import LastOwner, NameTaken, NotFound, TooMany


def _owner(tenant_id: UUID, provider_id: UUID) -> str:
    return f"{tenant_id}|{provider_id}"


class PostgresIdentityProviders:
    """The `IdentityProviders` port."""

    def __init__(self, database: Database, box: SecretBox, users: PostgresUsers) -> None:
        self._database = database
        self._box = box
        self._users = users

    async def tenant_of(self, provider_id: UUID) -> UUID | None:
        """Return the tenant whose provider it is, over all tenants."""
        query = sa.select(sign_on_names.c.tenant_id).where(sign_on_names.c.provider_id == provider_id)
        async with self._database.platform_tx() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def list(self, tenant_id: UUID) -> list[IdentityProvider]:
        """Return every provider."""
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(sa.select(identity_providers).order_by(identity_providers.c.name))).all()
        return [await self._provider(row) for row in rows]

    async def get(self, tenant_id: UUID, provider_id: UUID) -> IdentityProvider:
        """Return a provider."""
        query = sa.select(identity_providers).where(identity_providers.c.id == provider_id)
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise _unknown()
        return await self._provider(row)

    async def put(self, provider: IdentityProvider) -> None:
        """Store a provider, new or changed."""
        sealed = await self._box.seal(provider.client_secret.encode(), _owner(provider.tenant_id, provider.id))
        names = ("name", "issuer", "client_id", "group_claim", "created_at")
        values: dict[str, Any] = {name: getattr(provider, name) for name in names}
        values |= {"secret": sealed, "role_map": dict(provider.role_map), "scopes": list(provider.scopes)}
        values |= {"default_roles": list(provider.default_roles), "domains": list(provider.domains)}
        own = {"tenant_id": provider.tenant_id, "id": provider.id}
        others = sa.select(identity_providers.c.name).where(identity_providers.c.id != provider.id)
        async with self._database.tenant_tx(provider.tenant_id) as connection:
            await connection.execute(sa.select(tenants.c.tenant_id).with_for_update(key_share=True))
            taken = (await connection.execute(others)).scalars().all()
            if provider.name in taken:
                raise NameTaken(f"There is a provider {provider.name}.", hint="Choose another name.")
            if len(taken) >= MAX_PROVIDERS:
                raise TooMany(f"There are {MAX_PROVIDERS} providers.", hint="Remove one that is not needed.")
            stored = insert(identity_providers).values(**own, **values)
            await connection.execute(stored.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values))
            name = insert(sign_on_names).values(tenant_id=provider.tenant_id, provider_id=provider.id)
            await connection.execute(name.on_conflict_do_nothing())

    async def remove(self, tenant_id: UUID, provider_id: UUID) -> None:
        """Remove a provider."""
        async with self._database.tenant_tx(tenant_id) as connection:
            gone = sa.delete(identity_providers).where(identity_providers.c.id == provider_id)
            if not (await connection.execute(gone)).rowcount:
                raise _unknown()

    async def leave(self, attempt: SignOnAttempt, now: datetime) -> None:
        """Store an attempt."""
        async with self._database.tenant_tx(attempt.tenant_id) as connection:
            await connection.execute(sa.delete(sign_on_attempts).where(sign_on_attempts.c.expires_at <= now))
            await connection.execute(sa.insert(sign_on_attempts).values(row_of(sign_on_attempts, attempt)))

    async def come_back(self, ticket: Ticket, now: datetime) -> SignOnAttempt | None:
        """Spend the attempt of a ticket; of two who come at once, one finds it."""
        spent = sa.delete(sign_on_attempts).where(sign_on_attempts.c.id == ticket.id).returning(sign_on_attempts)
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            row = (await connection.execute(spent)).first()
        if row is None or row.expires_at <= now or not fits(bytes(row.secret_hash), ticket.secret):
            return None
        return SignOnAttempt(**row._mapping)

    async def user_of(self, provider: IdentityProvider, person: Person, now: datetime) -> User:
        """Return the user of a person; whoever comes for the first time becomes one."""
        known = (external_identities.c.provider_id == provider.id) & (external_identities.c.subject == person.subject)
        link = external_identities.c.user_id == users.c.id
        async with self._database.tenant_tx(provider.tenant_id) as connection:
            # Two who come for the first time at once wait for each other here.
            locked = await connection.execute(sa.select(tenants.c.name).with_for_update(key_share=True))
            row = (await connection.execute(SELECT_USER.join(external_identities, link).where(known))).first()
            if row is None:
                name = locked.scalar_one()
                user = User(provider.tenant_id, new_id(), name, person.email, None, person.roles, now)
                about(user.tenant_id, str(user.id))
                await insert_user(self._database, connection, user, now)
                identity = {"provider_id": provider.id, "subject": person.subject, "user_id": user.id}
                await connection.execute(
                    sa.insert(external_identities).values(tenant_id=provider.tenant_id, **identity)
                )
                return user
            found = user_of(row)
            about(found.tenant_id, str(found.id))
        return await self._with_roles(provider, found, person, now)

    async def _with_roles(self, provider: IdentityProvider, user: User, person: Person, now: datetime) -> User:
        """Give the user the roles their groups have now; the last owner stays one."""
        if not provider.group_claim or set(person.roles) == set(user.roles) or user.disabled_at is not None:
            return user
        with suppress(LastOwner):
            return await self._users.change(
                user.tenant_id, user.id, lambda before: replace(before, roles=person.roles), now
            )
        return user

    async def _provider(self, row: sa.Row[Any]) -> IdentityProvider:
        secret = await self._box.open(bytes(row.secret), _owner(row.tenant_id, row.id))
        return IdentityProvider(
            tenant_id=row.tenant_id,
            id=row.id,
            name=row.name,
            issuer=row.issuer,
            client_id=row.client_id,
            client_secret=secret.decode(),
            scopes=tuple(row.scopes),
            group_claim=row.group_claim,
            role_map=dict(row.role_map),
            default_roles=tuple(row.default_roles),
            domains=tuple(row.domains),
            created_at=row.created_at,
        )


def _unknown() -> NotFound:
    return NotFound("There is no such provider.", hint="aos identity-providers list shows which there are.")
