"""Run a scan: look at the place, keep every data set, and make or refresh the finding."""

from uuid import UUID

from aos_common.errors import DomainError

from aod.domain.errors import LocationInvalid, PathNotAllowed, PlaceUnreadable
from aod.domain.finding import DataSet, Finding, FindingState
from aod.domain.location import parse_location
from aod.domain.scan import ENDED
from aod.domain.scoring import Evidence, reasons, score
from aod.ports import Clock, Places, Scans


async def run_scan(tenant_id: UUID, scan_id: UUID, *, places: Places, scans: Scans, clock: Clock) -> None:
    """Run the scan to its end; a place that cannot be looked at fails it. Running it again starts it afresh."""
    scan = await scans.get(tenant_id, scan_id)
    if scan.state in ENDED:
        return
    evidence = Evidence()

    async def keep(data_set: DataSet) -> None:
        await scans.add_data_set(tenant_id, scan_id, data_set)
        evidence.add(data_set)

    await scans.begin(tenant_id, scan_id)
    place = parse_location(await scans.url(tenant_id, scan_id) or scan.location)
    try:
        places.refuse_forbidden(place)
        notes = await places.look(place, keep)
    except (PlaceUnreadable, PathNotAllowed, LocationInvalid) as error:
        await scans.fail(tenant_id, scan_id, told(error), clock())
        return
    now = clock()
    finding = Finding(
        id=scan.finding_id,
        name=scan.name or place.name,
        kind=scan.kind,
        location=scan.location,
        score=score(evidence, now),
        reasons=(*reasons(evidence, now), *notes),
        state=FindingState.OPEN,
        created_at=now,
    )
    await scans.succeed(tenant_id, scan, finding, named=bool(scan.name))


def told(error: DomainError) -> str:
    """What went wrong and what to do, in one text."""
    return str(error)
