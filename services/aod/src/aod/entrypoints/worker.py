"""The job of discovery: one scan."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from aos_common.jobs import Job

from aod.domain.errors import ScanNotFound
from aod.entrypoints.api import AodApi

SCAN = "scan"
MOST_ATTEMPTS = 3
GAVE_UP = "The scan broke off several times. Scan a part of the place, or try again later."


def handlers(api: AodApi) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """The handler of each kind of job; it may run twice."""

    async def scan(job: Job) -> None:
        scan_id = UUID(job.payload["scan_id"])
        try:
            # A scan whose worker died does not fail by itself: its attempts are counted here.
            if job.attempts > MOST_ATTEMPTS:
                await api.give_up(job.tenant_id, scan_id, GAVE_UP)
                return
            await api.run_scan(job.tenant_id, scan_id)
        except ScanNotFound:
            return
        except Exception:  # any failure of the last attempt is told to the owner before the job keeps it
            if job.attempts >= MOST_ATTEMPTS:
                await api.give_up(job.tenant_id, scan_id, GAVE_UP)
            raise

    return {SCAN: scan}
