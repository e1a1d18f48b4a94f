"""Checkpoints of a reading: written after the files they speak of, and taken back by the next attempt."""

import json
from dataclasses import asdict, dataclass, field

from aos_common.objects import TenantObjects

from aam.adapters.extraction.spool import Spool
from aam.domain.landing import BatchName
from aam.domain.quarantine import Misfit
from aam.ports import Checkpoint, KeptBatch, Task


@dataclass
class Trail:
    """What a reading has taken so far, and which part of it a crash would cost."""

    names: dict[int, BatchName] = field(default_factory=dict)
    misfits: dict[int, list[Misfit]] = field(default_factory=dict)
    deleted: dict[int, int] = field(default_factory=dict)
    rows_read: int = 0
    last_row: int = 0
    highest: int = 0
    unsaved: list[int] = field(default_factory=list)

    @property
    def next_index(self) -> int:
        """The index of the next batch."""
        return max(self.names, default=-1) + 1

    def all_misfits(self) -> list[Misfit]:
        """In the order of their batches."""
        return [misfit for index in sorted(self.misfits) for misfit in self.misfits[index]]


def usable(task: Task) -> list[Checkpoint]:
    """The checkpoints of earlier attempts, unless another mapping version made them."""
    if task.checkpoints is None:
        return []
    found = task.checkpoints.load()
    mapping = task.stream.mapping
    if mapping is None or any(one.mapping_version != mapping.version for one in found):
        task.checkpoints.clear()
        return []
    return found


def restored(found: list[Checkpoint], spool: Spool, objects: TenantObjects) -> Trail:
    """The trail of the attempt before, and its canonical rows in the spool."""
    trail = Trail()
    for kept in (batch for checkpoint in found for batch in checkpoint.batches):
        trail.names[kept.name.index] = kept.name
        trail.deleted[kept.name.index] = kept.deleted
        if kept.rows:
            spool.fetch(kept.name, kept.rows)
        if kept.misfits:
            with objects.read(kept.name.misfits_key) as file:
                trail.misfits[kept.name.index] = [Misfit(**one) for one in json.load(file)]
    if found:
        last = found[-1]
        trail.rows_read, trail.last_row, trail.highest = last.rows_read, last.last_row, last.highest
    return trail


def save(task: Task, trail: Trail, spool: Spool, objects: TenantObjects, *, snapshot: bool, state: object) -> None:
    """Keep everything since the checkpoint before, the files first."""
    mapping = task.stream.mapping
    if task.checkpoints is None or mapping is None or not isinstance(state, dict):
        return
    kept = []
    for index in trail.unsaved:
        name, misfits = trail.names[index], trail.misfits.get(index, [])
        spool.store(name)
        if misfits:
            with objects.write(name.misfits_key) as file:
                file.write(json.dumps([asdict(misfit) for misfit in misfits]).encode())
        kept.append(KeptBatch(name, spool.rows_of(index), trail.deleted.get(index, 0), len(misfits)))
    # From here on it may be kept, whatever becomes of the call: its files are not this attempt's to delete any more.
    trail.unsaved.clear()
    task.checkpoints.save(
        Checkpoint(state, tuple(kept), trail.rows_read, trail.last_row, snapshot, trail.highest, mapping.version)
    )
