"""Ask for a scan."""

from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from aod.domain.location import MAX_NAME, parse_location
from aod.domain.scan import Scan, ScanState, finding_id_of
from aod.ports import Clock, Places, Scans


async def request_scan(
    tenant_id: UUID, location: str, name: str, *, places: Places, scans: Scans, clock: Clock
) -> Scan:
    """Store a queued scan of the place.

    Raises `LocationInvalid`, `PathNotAllowed`, `TooManyScans`, `InvalidRequest`.
    """
    place = parse_location(location)
    if len(name.strip()) > MAX_NAME or any(ord(character) < 32 for character in name):
        raise InvalidRequest(f"A name has at most {MAX_NAME} characters.", hint="Leave it empty to have it derived.")
    places.refuse_forbidden(place)
    scan = Scan(
        id=new_id(),
        finding_id=finding_id_of(tenant_id, place),
        kind=place.kind,
        location=place.shown,
        name=name.strip(),
        state=ScanState.QUEUED,
        created_at=clock(),
    )
    await scans.add(tenant_id, scan, place.url)
    return scan
