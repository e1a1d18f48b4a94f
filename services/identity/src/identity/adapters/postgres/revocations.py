"""Tells every process of every service whose tokens are refused before they expire."""

from datetime import datetime
from uuid import UUID

from aos_common.outbox import publish
from autonomos.events.v1.revocation_pb2 import RevocationEvent
from sqlalchemy.ext.asyncio import AsyncConnection

STREAM = "identity:revoked"
TYPE = "identity.tokens.revoked"


async def revoke_session(connection: AsyncConnection, tenant_id: UUID, session_id: UUID, now: datetime) -> None:
    """Refuse the tokens of a session or an API key from now on, within the caller's transaction."""
    event = RevocationEvent(session_id=str(session_id), not_before=int(now.timestamp()))
    await publish(connection, tenant_id=tenant_id, stream=STREAM, type_=TYPE, message=event)


async def revoke_subject(connection: AsyncConnection, tenant_id: UUID, subject: UUID, now: datetime) -> None:
    """Refuse every token that a subject got until now, within the caller's transaction."""
    event = RevocationEvent(subject=str(subject), not_before=int(now.timestamp()))
    await publish(connection, tenant_id=tenant_id, stream=STREAM, type_=TYPE, message=event)
