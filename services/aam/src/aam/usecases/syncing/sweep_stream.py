"""Tidy up after a stream of a run that is settled or cancelled."""

import asyncio
from dataclasses import replace

from aam.ports import Extractor, Runs, Task


async def sweep_stream(task: Task, *, runs: Runs, extractor: Extractor) -> None:
    """Delete its checkpoints, and the files of all its attempts that no announced batch names."""
    keep = await runs.checkpoints.sweep(task.tenant_id, task.run_id, task.stream.name)
    await asyncio.to_thread(extractor.discard, replace(task, checkpoints=None), keep)
