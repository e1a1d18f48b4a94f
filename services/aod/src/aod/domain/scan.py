"""One look at one place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from aos_common.ids import derived_id

from aod.domain.location import Location, PlaceKind


class ScanState(StrEnum):
    """`queued → running → succeeded | failed`."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ENDED = (ScanState.SUCCEEDED, ScanState.FAILED)


@dataclass(frozen=True)
class Scan:
    """A scan; `name` is empty unless somebody named the asset, `finding_id` is the finding it makes or refreshes."""

    id: UUID
    finding_id: UUID
    kind: PlaceKind
    location: str
    name: str
    state: ScanState
    created_at: datetime
    data_sets: int = 0
    error: str = ""
    ended_at: datetime | None = None


def finding_id_of(tenant_id: UUID, location: Location) -> UUID:
    """The id of the tenant's finding for a place: the same for every scan of it (UUIDv5)."""
    return derived_id("aod.finding", tenant_id, location.kind, location.shown)
