"""News from DCL: mapping versions that came into force."""

from aos_common.streams import Event
from autonomos.events.v1 import events_pb2 as pb

from aam.entrypoints.api import AamApi, parse_id

STREAM = "dcl:mappings"


class MappingConsumer:
    """Handles the events of `dcl:mappings`; one that comes twice or late changes nothing."""

    def __init__(self, api: AamApi) -> None:
        self._api = api

    async def __call__(self, event: Event) -> None:
        """Apply one event for the tenant that its envelope names; DCL alone can write this stream."""
        message = pb.MappingChanged.FromString(event.data)
        await self._api.mapping_changed(event.tenant_id, parse_id(message.connection_id), message.stream)
