"""Jobs of the mesh: first looks at a source, sync runs, and sweeping what has landed."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from aos_common.jobs import Job, Postponed

from aam.domain.errors import ConnectionNotFound, RunNotFound, RunSuperseded
from aam.entrypoints.api import AamApi

ONBOARD, SYNC, SWEEP = "onboard", "sync", "sweep landing"
WAIT_SECONDS = 5.0
DAY_SECONDS = 86_400.0
GAVE_UP = "The mesh could not finish this after several attempts: "


def handlers(api: AamApi) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """The handler of each kind of job; all may run twice."""

    async def onboard(job: Job) -> None:
        connection_id = UUID(job.payload["connection_id"])
        try:
            await api.onboard(job.tenant_id, connection_id)
        except ConnectionNotFound:
            return  # deleted meanwhile
        except Exception as error:  # any failure of the last attempt is told to the owner before the job keeps it
            if job.last:
                await api.give_up_onboarding(job.tenant_id, connection_id, f"{GAVE_UP}{error}")
            raise

    async def sync(job: Job) -> None:
        run_id = UUID(job.payload["run_id"])
        try:
            waits = await api.run_sync(job.tenant_id, run_id)
        except (RunNotFound, ConnectionNotFound):
            return  # deleted meanwhile
        except RunSuperseded:
            return  # another worker has it, and says how it ends
        except Exception as error:  # any failure of the last attempt is told to the owner before the job keeps it
            if job.last:
                await api.give_up_run(job.tenant_id, run_id, f"{GAVE_UP}{error}")
            raise
        if waits:
            raise Postponed(WAIT_SECONDS)

    async def sweep(job: Job) -> None:
        if await api.sweep_landing(job.tenant_id):
            raise Postponed(DAY_SECONDS)

    return {ONBOARD: onboard, SYNC: sync, SWEEP: sweep}
