"""Users' second factors."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.secrets import SecretBox

from identity.adapters.tables import recovery_codes, totp_secrets, users
from identity.domain.credentials.second_factor import SecondFactor
from identity.domain.errors import TotpState


def _owner(tenant_id: UUID, user_id: UUID) -> str:
    return f"{tenant_id}|{user_id}"


class PostgresSecondFactors:
    """The `SecondFactors` port."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box

    async def get(self, tenant_id: UUID, user_id: UUID) -> SecondFactor | None:
        """Return a user's second factor."""
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(sa.select(totp_secrets).where(totp_secrets.c.id == user_id))).first()
        if row is None:
            return None
        secret = await self._box.open(bytes(row.secret), _owner(tenant_id, user_id))
        return SecondFactor(tenant_id, user_id, secret.decode(), row.confirmed_at, row.last_step)

    async def begin(self, factor: SecondFactor) -> None:
        """Store a factor that waits."""
        sealed = await self._box.seal(factor.secret.encode(), _owner(factor.tenant_id, factor.user_id))
        row = {"tenant_id": factor.tenant_id, "id": factor.user_id, "secret": sealed, "last_step": factor.last_step}
        own = totp_secrets.c.id == factor.user_id
        async with self._database.tenant_tx(factor.tenant_id) as connection:
            # Two who begin at once wait for each other at the user's row.
            lock = sa.select(users.c.id).where(users.c.id == factor.user_id).with_for_update(key_share=True)
            await connection.execute(lock)
            await connection.execute(sa.delete(totp_secrets).where(own, totp_secrets.c.confirmed_at.is_(None)))
            if (await connection.execute(sa.select(totp_secrets.c.id).where(own))).first():
                raise TotpState("The second factor is on already.", hint="Turn it off first: aos totp off")
            await connection.execute(sa.insert(totp_secrets).values(row))

    async def confirm(
        self, tenant_id: UUID, user_id: UUID, step: int, recovery: Sequence[bytes], now: datetime
    ) -> None:
        """Turn the factor on."""
        waiting = (totp_secrets.c.id == user_id) & totp_secrets.c.confirmed_at.is_(None)
        update = sa.update(totp_secrets).where(waiting).values(confirmed_at=now, last_step=step)
        async with self._database.tenant_tx(tenant_id) as connection:
            if not (await connection.execute(update)).rowcount:
                raise TotpState("No second factor waits for its first code.", hint="Begin with: aos totp on")
            rows = [{"tenant_id": tenant_id, "user_id": user_id, "code_hash": code} for code in recovery]
            await connection.execute(sa.insert(recovery_codes), rows)

    async def use_step(self, tenant_id: UUID, user_id: UUID, step: int) -> bool:
        """Use the code of a time step; of two who send it at once, one does."""
        unused = (totp_secrets.c.id == user_id) & (totp_secrets.c.last_step < step)
        async with self._database.tenant_tx(tenant_id) as connection:
            used = await connection.execute(sa.update(totp_secrets).where(unused).values(last_step=step))
        return bool(used.rowcount)

    async def use_recovery(self, tenant_id: UUID, user_id: UUID, code: bytes) -> bool:
        """Use a recovery code."""
        wanted = (recovery_codes.c.user_id == user_id) & (recovery_codes.c.code_hash == code)
        async with self._database.tenant_tx(tenant_id) as connection:
            return bool((await connection.execute(sa.delete(recovery_codes).where(wanted))).rowcount)

    async def recovery_left(self, tenant_id: UUID, user_id: UUID) -> int:
        """Return how many recovery codes are left."""
        count = sa.select(sa.func.count()).where(recovery_codes.c.user_id == user_id)
        async with self._database.tenant_tx(tenant_id) as connection:
            return int((await connection.execute(count)).scalar_one())

    async def remove(self, tenant_id: UUID, user_id: UUID) -> bool:
        """Turn the factor off; its recovery codes go with it."""
        async with self._database.tenant_tx(tenant_id) as connection:
            return bool(
                (await connection.execute(sa.delete(totp_secrets).where(totp_secrets.c.id == user_id))).rowcount
            )
