"""What discovery needs from outside: places to look at, storage, and the mesh."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aod.domain.finding import DataSet, Finding, FindingState
from aod.domain.location import Location, PlaceKind
from aod.domain.scan import Scan

Clock = Callable[[], datetime]
Found = Callable[[DataSet], Awaitable[None]]


@dataclass(frozen=True)
class ConnectionWish:
    """The connection that a finding becomes; `url` is empty for a folder. The same `request_id` gives the same one."""

    name: str
    kind: PlaceKind
    location: str
    url: str = field(repr=False)
    streams: Sequence[str]
    request_id: str


class Places(Protocol):
    """Looks at places; never writes to one."""

    def refuse_forbidden(self, location: Location) -> None:
        """Raise `PathNotAllowed` for a place that this installation may not look at."""

    async def look(self, location: Location, found: Found) -> list[str]:
        """Hand over every data set as it is found; return what was left out, in words. Raises `PlaceUnreadable`."""


class Scans(Protocol):
    """Scans with the data sets they find; a database's URL is kept sealed while the scan needs it."""

    async def add(self, tenant_id: UUID, scan: Scan, url: str) -> None:
        """Store a scan and the job that runs it; `TooManyScans` when too many are unfinished."""

    async def get(self, tenant_id: UUID, scan_id: UUID) -> Scan:
        """The scan, or `ScanNotFound`."""

    async def page(self, tenant_id: UUID, size: int, before: UUID | None) -> list[Scan]:
        """At most `size` scans, newest first, after the one named `before`."""

    async def url(self, tenant_id: UUID, scan_id: UUID) -> str:
        """The database's URL; empty for a folder."""

    async def begin(self, tenant_id: UUID, scan_id: UUID) -> None:
        """The scan runs, with no data set yet."""

    async def add_data_set(self, tenant_id: UUID, scan_id: UUID, data_set: DataSet) -> None:
        """Keep a data set; the scan's count shows it."""

    async def succeed(self, tenant_id: UUID, scan: Scan, finding: Finding, *, named: bool) -> None:
        """End the scan and make or refresh its finding with the data sets kept; a decision on it stays.

        `named` tells that somebody gave the finding its name; otherwise it keeps an earlier one.
        """

    async def fail(self, tenant_id: UUID, scan_id: UUID, error: str, at: datetime) -> None:
        """End the scan unless it has ended, and forget what it found."""


class Findings(Protocol):
    """Findings and the decisions on them."""

    async def get(self, tenant_id: UUID, finding_id: UUID) -> Finding:
        """The finding with its data sets, or `FindingNotFound`."""

    async def page(
        self, tenant_id: UUID, state: FindingState | None, size: int, after: tuple[float, UUID] | None
    ) -> list[Finding]:
        """At most `size` findings, highest score first, their data sets without columns."""

    async def url(self, tenant_id: UUID, finding_id: UUID) -> str:
        """The database's URL, kept until a decision; empty for a folder."""

    async def decide(
        self, tenant_id: UUID, finding_id: UUID, state: FindingState, *, connection_id: str = "", note: str = ""
    ) -> bool:
        """Keep a decision and forget the URL; False when the finding is not open any more."""


class Connections(Protocol):
    """The mesh's connections."""

    async def create(self, token: str, wish: ConnectionWish) -> str:
        """Create the connection with the caller's token and return its id; a taken name gets a suffix."""
