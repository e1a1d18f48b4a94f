"""News from DCL: mapping versions that came into force, and streams that its views have or cannot take."""

from aos_common.streams import Event
from autonomos.events.v1 import events_pb2 as pb

from aam.entrypoints.api import AamApi
from aam.entrypoints.parsing import parse_id

MAPPING, APPLIED, REFUSED = "dcl.mapping.changed", "dcl.stream.applied", "dcl.stream.refused"
STREAMS = ("dcl:mappings", "dcl:applied")


class DclConsumer:
    """Handles the events of DCL's streams; one that comes twice or late changes nothing."""

    def __init__(self, api: AamApi) -> None:
        self._api = api

    async def __call__(self, event: Event) -> None:
        """Apply one event for the tenant that its envelope names; DCL alone can write these streams."""
        if event.type == MAPPING:
            changed = pb.MappingChanged.FromString(event.data)
            await self._api.mapping_changed(event.tenant_id, parse_id(changed.connection_id), changed.stream)
        elif event.type == APPLIED:
            applied = pb.StreamApplied.FromString(event.data)
            await self._api.stream_applied(event.tenant_id, parse_id(applied.run_id), applied.source)
        elif event.type == REFUSED:
            refused = pb.StreamRefused.FromString(event.data)
            await self._api.stream_refused(event.tenant_id, parse_id(refused.run_id), refused.source, refused.reason)
