"""Wait until the unified views show what a run synced."""

import asyncio
from uuid import UUID

from aoa.domain.errors import UnificationStalled
from aoa.domain.sync import Announcement, counted
from aoa.ports import Ingestions, StepLog
from aoa.usecases.polling import Poll


async def await_views(
    tenant_id: UUID, expected: Announcement, *, ingestions: Ingestions, log: StepLog, poll: Poll
) -> str:
    """Return one line on what was applied; raise `UnificationStalled` after the patience without progress."""
    if not expected.streams:
        return "nothing new to unify"
    loop = asyncio.get_running_loop()
    moved, best = loop.time(), -1
    while True:
        announced, applied = await ingestions.progress(tenant_id, expected.run_ids)
        if applied >= max(expected.streams, announced):
            return f"{counted(applied, 'stream')} applied"
        if applied > best:
            moved, best = loop.time(), applied
        if loop.time() - moved > poll.patience:
            raise UnificationStalled(
                f"{applied:,} of {expected.streams:,} streams were applied ({announced:,} announced), and none in the "
                f"last {poll.patience:g} seconds.",
                hint="Look at the log and the dead letters of dcl, then start the run again.",
            )
        await log.report(f"{applied:,} of {expected.streams:,} streams applied")
        await poll.pause()
