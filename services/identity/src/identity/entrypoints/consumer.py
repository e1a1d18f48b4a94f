"""Facts for the audit logs, from the outboxes of all services."""

from uuid import UUID

from aos_common.streams import Event
from autonomos.events.v1.audit_pb2 import AuditEvent

from identity.domain.audit import Entry
from identity.entrypoints.api.administration import AuditApi


class AuditConsumer:
    """Handles the events of `<service>:audit`; one that comes twice changes nothing."""

    def __init__(self, api: AuditApi) -> None:
        self._api = api

    async def __call__(self, event: Event) -> None:
        """Append one fact for the tenant that its envelope names; the named service alone can write its stream."""
        message = AuditEvent.FromString(event.data)
        await self._api.record(
            Entry(
                tenant_id=event.tenant_id,
                seq=0,
                call_id=UUID(message.call_id),
                occurred_at_us=message.occurred_at_us,
                actor=message.actor,
                roles=tuple(message.roles),
                session_id=message.session_id,
                service=message.service,
                action=message.action,
                target=message.target,
                outcome=message.outcome,
                reason=message.reason,
                address=message.address,
                trace_id=message.trace_id,
            )
        )
