"""Delete landed and canonical files after their time."""

import asyncio
from datetime import timedelta
from uuid import UUID

from aam.ports import Clock, Deliveries, Extractor

AT_ONCE = 100


async def sweep_landing(
    tenant_id: UUID, keep_days: int, *, deliveries: Deliveries, extractor: Extractor, clock: Clock
) -> bool:
    """Delete the files of everything that was announced more than `keep_days` ago and is in the views by now.

    What no view has stays, however old. The files go before their rows, so that a sweep that is broken off begins
    again where it was. Returns whether there is something left to sweep later.
    """
    before = clock() - timedelta(days=keep_days)
    while due := await deliveries.expired(tenant_id, before, AT_ONCE):
        for delivery in due:
            await asyncio.to_thread(extractor.drop, tenant_id, delivery.keys)
            await deliveries.forget(tenant_id, delivery)
    return await deliveries.any_left(tenant_id)
