"""The job of the knowledge base: one document read in."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from aos_common.errors import DomainError, Kind
from aos_common.jobs import Job

from nlp_gateway.entrypoints.knowledge.api import KnowledgeApi

__all__ = ["INGEST", "MOST_ATTEMPTS", "handlers"]

INGEST = "ingest_document"
MOST_ATTEMPTS = 4
"""One fewer than the jobs': a job whose workers die is given up here, where its document can say so."""
GAVE_UP = "Reading it in broke off several times. Send it again later, or in smaller parts."
_PASSING = (Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.INTERNAL)


def handlers(api: KnowledgeApi) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """The handler of each kind of job; it may run twice."""

    async def ingest(job: Job) -> None:
        document_id = UUID(job.payload["document_id"])
        if job.attempts > MOST_ATTEMPTS:
            await api.give_up(job.tenant_id, document_id, GAVE_UP)
            return
        try:
            await api.ingest(job.tenant_id, document_id)
        except DomainError as error:
            if error.kind in _PASSING and job.attempts < MOST_ATTEMPTS:
                raise
            await api.give_up(job.tenant_id, document_id, str(error))
        except Exception:  # any failure of the last attempt is told to the owner before the job keeps it
            if job.attempts == MOST_ATTEMPTS:
                await api.give_up(job.tenant_id, document_id, GAVE_UP)
            raise

    return {INGEST: ingest}
