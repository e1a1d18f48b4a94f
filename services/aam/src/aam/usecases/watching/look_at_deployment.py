"""Look at a watched deployment once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from aam.domain.watching import WatchFailed, WatchState, warning_of
from aam.ports import Clock
from aam.ports.watching import Deployments, Watches


async def look_at_deployment(
    tenant_id: UUID, watch_id: UUID, *, watches: Watches, deployments: Deployments, clock: Clock
) -> None:
    """Keep what was found, or why nothing was, and queue the next look. Raises `WatchNotFound`."""
    watch = await watches.get(tenant_id, watch_id)
    try:
        found = await deployments.last_syncs(watch.url, await watches.secret(tenant_id, watch_id))
    except WatchFailed as error:
        now = clock()
        again = now + timedelta(seconds=watch.every_seconds)
        await watches.save(tenant_id, watch, WatchState.FAILED, str(error), None, at=now, again_at=again)
        return
    now, stale_after = clock(), timedelta(minutes=watch.stale_after_minutes)
    judged = [replace(one, warning=warning_of(one, now, stale_after)) for one in found]
    again = now + timedelta(seconds=watch.every_seconds)
    await watches.save(tenant_id, watch, WatchState.OK, "", judged, at=now, again_at=again)
