"""What a sync run announces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Batch:
    """A canonical batch, by reference."""

    batch_id: str
    run_id: str
    source: str
    entity: str
    object_key: str


@dataclass(frozen=True)
class Completion:
    """Everything a run read of one stream has been announced.

    With `snapshot`, records of `source` older than `snapshot_version` no longer exist there.
    """

    run_id: str
    source: str
    entity: str
    batch_ids: tuple[str, ...]
    snapshot: bool
    snapshot_version: int
