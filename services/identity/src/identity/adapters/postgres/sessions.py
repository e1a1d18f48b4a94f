"""Sessions and their refresh tokens."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.postgres.revocations import revoke_session
from identity.adapters.tables import refresh_tokens, sessions
from identity.domain.credentials.ticket import Ticket
from identity.domain.session import MAX_SESSIONS, Origin, RefreshToken, Session, Verdict, judge


def _session(row: sa.Row[Any]) -> Session:
    origin = Origin(row.address, row.user_agent)
    return Session(row.tenant_id, row.id, row.user_id, row.created_at, row.used_at, row.expires_at, origin)


def _token(row: sa.Row[Any]) -> RefreshToken:
    secret_hash = bytes(row.secret_hash)
    return RefreshToken(
        row.tenant_id, row.id, row.family_id, secret_hash, row.expires_at, row.used_at, row.successor_id
    )


def _insert(token: RefreshToken) -> sa.Insert:
    return sa.insert(refresh_tokens).values(
        tenant_id=token.tenant_id,
        id=token.id,
        family_id=token.family_id,
        secret_hash=token.secret_hash,
        expires_at=token.expires_at,
    )


async def _load(connection: AsyncConnection, token_id: UUID | None) -> RefreshToken | None:
    query = sa.select(refresh_tokens).where(refresh_tokens.c.id == token_id)
    row = (await connection.execute(query)).first() if token_id else None
    return _token(row) if row else None


async def _alone(connection: AsyncConnection, ticket: Ticket) -> tuple[RefreshToken, Session] | None:
    """Return the token of a ticket and its session, which is this transaction's alone from now on.

    The session is locked before its tokens, as ending it does, so that two who meet wait instead of dying.
    """
    token = await _load(connection, ticket.id)
    if token is None or not token.matches(ticket.secret):
        return None
    query = sa.select(sessions).where(sessions.c.id == token.family_id).with_for_update()
    row = (await connection.execute(query)).first()
    again = await _load(connection, ticket.id)
    return (again, _session(row)) if row and again else None


class PostgresSessions:
    """The `Sessions` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: Session, token: RefreshToken) -> None:
        """Store a session with its first token; those that expired, and one too many, go."""
        row = {"tenant_id": session.tenant_id, "id": session.id, "user_id": session.user_id}
        times = {"created_at": session.created_at, "used_at": session.used_at, "expires_at": session.expires_at}
        origin = {"user_agent": session.origin.user_agent, "address": session.origin.address}
        own = sa.select(sessions.c.id).where(sessions.c.user_id == session.user_id)
        surplus = own.order_by(sessions.c.used_at.desc()).offset(MAX_SESSIONS - 1)
        stale = own.where(sessions.c.expires_at <= session.created_at)
        async with self._database.tenant_tx(session.tenant_id) as connection:
            gone = sa.delete(sessions).where(sessions.c.id.in_(surplus) | sessions.c.id.in_(stale))
            for (ended,) in (await connection.execute(gone.returning(sessions.c.id))).all():
                await revoke_session(connection, session.tenant_id, ended, session.created_at)
            await connection.execute(sa.insert(sessions).values(**row, **times, **origin))
            await connection.execute(_insert(token))

    async def rotate(
        self, ticket: Ticket, successor: Callable[[RefreshToken], RefreshToken], now: datetime, origin: Origin
    ) -> tuple[Verdict, Session] | None:
        """Judge the token of a ticket and do what follows."""
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            found = await _alone(connection, ticket)
            if found is None:
                return None
            token, session = found
            about(session.tenant_id, str(session.user_id))
            verdict = judge(token, await _load(connection, token.successor_id), now)
            if verdict is Verdict.STOLEN:
                await connection.execute(sa.delete(sessions).where(sessions.c.id == session.id))
                await revoke_session(connection, ticket.tenant_id, session.id, now)
            elif verdict is not Verdict.EXPIRED:
                await self._exchange(connection, token, successor(token), now, origin)
        return verdict, session

    @staticmethod
    async def _exchange(
        connection: AsyncConnection, token: RefreshToken, fresh: RefreshToken, now: datetime, origin: Origin
    ) -> None:
        # A successor that is replaced counts as used: whoever has it after all, and uses it, ends the session.
        spent = sa.update(refresh_tokens).where(refresh_tokens.c.id == token.successor_id).values(used_at=now)
        used = {"used_at": token.used_at or now, "successor_id": fresh.id}
        seen = {"used_at": now, "expires_at": fresh.expires_at, "address": origin.address}
        if token.successor_id is not None:
            await connection.execute(spent)
        await connection.execute(sa.update(refresh_tokens).where(refresh_tokens.c.id == token.id).values(used))
        await connection.execute(_insert(fresh))
        old = (refresh_tokens.c.family_id == token.family_id) & (refresh_tokens.c.expires_at <= now)
        await connection.execute(sa.delete(refresh_tokens).where(old))
        await connection.execute(sa.update(sessions).where(sessions.c.id == token.family_id).values(seen))

    async def find(self, ticket: Ticket) -> Session | None:
        """Return the session of a refresh token."""
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            found = await _alone(connection, ticket)
        return found[1] if found else None

    async def list(self, tenant_id: UUID, user_id: UUID, now: datetime) -> list[Session]:
        """Return the user's sessions; there are `MAX_SESSIONS` at most."""
        query = sa.select(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at > now)
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(query.order_by(sessions.c.used_at.desc()))).all()
        return [_session(row) for row in rows]

    async def end(self, tenant_id: UUID, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        """End one session."""
        wanted = (sessions.c.user_id == user_id) & (sessions.c.id == session_id)
        return bool(await self._end(tenant_id, wanted, now))

    async def end_all(self, tenant_id: UUID, user_id: UUID, now: datetime, *, keep: UUID | None) -> int:
        """End every session but `keep`."""
        wanted = sessions.c.user_id == user_id
        return await self._end(tenant_id, wanted & (sessions.c.id != keep) if keep else wanted, now)

    async def _end(self, tenant_id: UUID, wanted: sa.ColumnElement[bool], now: datetime) -> int:
        async with self._database.tenant_tx(tenant_id) as connection:
            gone = (await connection.execute(sa.delete(sessions).where(wanted).returning(sessions.c.id))).all()
            for (session_id,) in gone:
                await revoke_session(connection, tenant_id, session_id, now)
        return len(gone)
