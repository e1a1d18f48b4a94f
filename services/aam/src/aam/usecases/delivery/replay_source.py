"""Open what has landed of a stream in place of its source."""

from uuid import UUID

from aam.domain.connection import Stream
from aam.domain.landing import source_id
from aam.ports import Deliveries, Extractor, Source


async def replay_source(tenant_id: UUID, stream: Stream, *, deliveries: Deliveries, extractor: Extractor) -> Source:
    """The last whole reading that is kept, and all that came after; reading it is refused where there is none."""
    landed = await deliveries.landed(tenant_id, source_id(stream.connection_id, stream.name))
    return extractor.landed(tenant_id, stream, landed)
