"""Every change and every refusal leaves a fact for the tenant's audit log.

The fact of a change commits in the transaction that makes the change, as an outbox row: there is no change without its
fact and no fact without its change, and neither Valkey nor the log has to be up for the change to happen. Identity
consumes `<service>:audit` and keeps the log.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from autonomos.events.v1.audit_pb2 import AuditEvent
from sqlalchemy.ext.asyncio import AsyncConnection

from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import DomainError, Kind
from aos_common.ids import new_id
from aos_common.outbox import publish

__all__ = ["TYPE", "Call", "Trail", "about", "audit_stream", "handling", "identify"]

TYPE = "autonomos.events.v1.AuditEvent"
MAX_TARGET = 500
"""Characters kept of what a call was about."""
DENIALS = frozenset({Kind.FORBIDDEN, Kind.UNAUTHENTICATED})
"""Refusals that the audit log keeps when it is known whose tenant they concern."""


def audit_stream(service: str) -> str:
    """Return the stream that carries a service's facts."""
    return f"{service}:audit"


@dataclass
class Call:
    """The call being handled. `action` and `target` are asked when a fact is written: routing comes first."""

    action: Callable[[], str]
    target: Callable[[], dict[str, str]]
    writes: bool
    address: str = ""
    trace_id: str = ""
    id: UUID = field(default_factory=new_id)
    tenant_id: UUID | None = None
    actor: str = ""
    roles: tuple[str, ...] = ()
    session: str = ""


_call: ContextVar[Call | None] = ContextVar("call", default=None)


@contextmanager
def handling(call: Call) -> Iterator[Call]:
    """Make `call` the one that facts are about while the block runs."""
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


def identify(caller: Caller) -> None:
    """Say who makes the call, once their token has verified."""
    call = _call.get()
    if call is not None:
        call.tenant_id, call.actor = caller.tenant_id, caller.subject
        call.roles, call.session = tuple(sorted(caller.roles)), caller.session


def about(tenant_id: UUID, actor: str) -> None:
    """Say whom a call without a token turned out to concern, e.g. a sign-in."""
    call = _call.get()
    if call is not None and call.tenant_id is None:
        call.tenant_id, call.actor = tenant_id, actor


class Trail:
    """Writes facts to the outbox of one service."""

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service
        database.before_commit = self.changed

    async def changed(self, connection: AsyncConnection, tenant_id: UUID) -> None:
        """Record the call within a transaction of the tenant that has written something.

        A call of several such transactions is recorded by the first that commits: the event's id is the call's.
        """
        call = _call.get()
        if call is None or not call.writes:
            return
        # PostgreSQL gives a transaction its id with its first write: without one nothing was changed.
        query = sa.text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        if not (await connection.execute(query)).scalar_one():
            return
        await self._publish(connection, tenant_id, call, "changed", "")

    async def denied(self, refusal: DomainError) -> DomainError:
        """Record that the call was refused to somebody whose tenant is known, and return the refusal.

        A refusal that cannot be recorded becomes the failure to record it: who asks again is refused on record.
        """
        call = _call.get()
        if refusal.kind not in DENIALS or call is None or call.tenant_id is None:
            return refusal
        try:
            async with self._database.tenant_tx(call.tenant_id) as connection:
                await self._publish(connection, call.tenant_id, call, "denied", refusal.reason)
        except DomainError as failure:
            return failure
        return refusal

    async def _publish(
        self, connection: AsyncConnection, tenant_id: UUID, call: Call, outcome: str, reason: str
    ) -> None:
        target = " ".join(f"{name}={text}" for name, text in call.target().items())
        event = AuditEvent(
            call_id=str(call.id),
            occurred_at_us=time.time_ns() // 1000,
            actor=call.actor,
            roles=call.roles,
            session_id=call.session,
            service=self._service,
            action=call.action(),
            target=target[:MAX_TARGET],
            outcome=outcome,
            reason=reason,
            address=call.address,
            trace_id=call.trace_id,
        )
        stream = audit_stream(self._service)
        await publish(connection, tenant_id=tenant_id, stream=stream, type_=TYPE, message=event, event_id=call.id)
