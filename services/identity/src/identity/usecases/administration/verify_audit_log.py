"""Verify a tenant's audit log from its first entry to its sealed end."""

from uuid import UUID

from identity.domain.audit import START, Break, check_head, find_break
from identity.ports import AuditLog

PART = 1000
"""Entries read at once."""


async def verify_audit_log(tenant_id: UUID, *, log: AuditLog, key: bytes) -> tuple[Break | None, int]:
    """Return where the chain breaks, if it does, and how many entries were whole before that.

    Entries that arrive while the chain is read are no break: the head is read first.
    """
    head = await log.head(tenant_id)
    end = head.seq if head else 0
    last, count = START, 0
    while part := await log.part(tenant_id, count, PART):
        known = [linked for linked in part if linked.entry.seq <= end] if head else part
        broken, last, count = find_break(known, last, count + 1)
        if broken or len(known) < len(part):
            return broken or check_head(key, head, last, count), count
    return check_head(key, head, last, count), count
