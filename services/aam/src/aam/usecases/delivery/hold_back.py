"""Tell whether a tenant's streams may be read on."""

from uuid import UUID

from aam.ports import Deliveries


async def hold_back(tenant_id: UUID, most_batches: int, *, deliveries: Deliveries) -> str:
    """Why no further stream is to be read now: the views are behind; empty when one may be."""
    backlog = await deliveries.backlog(tenant_id)
    if backlog.batches < most_batches:
        return ""
    since = f", the oldest since {backlog.since:%Y-%m-%d %H:%M:%S} UTC" if backlog.since else ""
    return f"waits for the views: {backlog.batches} announced batches are not in them yet{since}"
