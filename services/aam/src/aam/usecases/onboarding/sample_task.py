"""Under which name samples are landed."""

from uuid import UUID

from aam.domain.connection import Stream
from aam.ports import Task


def sample_task(tenant_id: UUID, stream: Stream) -> Task:
    """Under which name the sample of a stream is landed."""
    return Task(tenant_id, stream.connection_id, stream.connection_id, "sample", stream)
