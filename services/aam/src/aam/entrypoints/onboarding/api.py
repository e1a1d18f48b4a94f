"""The use cases of onboarding with their ports filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import DomainError, InvalidRequest
from aos_common.paging import decode_token, encode_token

from aam.domain.connection import Connection
from aam.domain.onboarding import Funnel
from aam.entrypoints.parsing import parse_id
from aam.ports import Clock, Connections, Connectors, Funnels, Previewer, Proposals
from aam.usecases.onboarding.enter_catalogue import Entry, enter_catalogue
from aam.usecases.onboarding.preview_connection import MAX_STREAMS, ConnectionPreview, preview_connection
from aam.usecases.onboarding.promote_connection import promote_connection

MAX_ENTRIES = 100


@dataclass(frozen=True)
class OnboardingApi:
    """Safe Mode and the funnel, wired."""

    connectors: Connectors
    connections: Connections
    proposals: Proposals
    previewer: Previewer
    funnels: Funnels
    clock: Clock

    async def onboard(self, caller: Caller, entry: Entry) -> Connection:
        """Take a catalogue entry."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await enter_catalogue(
            caller.tenant_id,
            entry,
            connectors=self.connectors,
            connections=self.connections,
            clock=self.clock,
        )

    async def onboard_all(self, caller: Caller, entries: Sequence[Entry]) -> list[Connection | DomainError]:
        """Take each entry by itself: what becomes of one is no other's concern."""
        require(caller, Permission.CONNECTIONS_WRITE)
        if not 1 <= len(entries) <= MAX_ENTRIES:
            raise InvalidRequest(f"A batch has 1 to {MAX_ENTRIES} entries.", hint="Send several batches.")
        found: list[Connection | DomainError] = []
        for entry in entries:
            try:
                found.append(await self.onboard(caller, entry))
            except DomainError as error:
                found.append(error)
        return found

    async def preview(
        self, caller: Caller, connection_id: str, stream: str, size: int, token: str
    ) -> tuple[ConnectionPreview, str]:
        """A page of previews by stream name, and the token of the next."""
        require(caller, Permission.CONNECTIONS_READ)
        values = decode_token(token, 1)
        found = await preview_connection(
            caller.tenant_id,
            parse_id(connection_id),
            stream=stream,
            after=str(values[0]) if values else "",
            size=size or MAX_STREAMS,
            connections=self.connections,
            proposals=self.proposals,
            previewer=self.previewer,
        )
        return found, encode_token([found.more]) if found.more else ""

    async def promote(self, caller: Caller, connection_id: str) -> Connection:
        """End Safe Mode."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await promote_connection(caller.tenant_id, parse_id(connection_id), connections=self.connections)

    async def funnel(self, caller: Caller) -> Funnel:
        """Count the tenant's connections by stage."""
        require(caller, Permission.CONNECTIONS_READ)
        return await self.funnels.funnel(caller.tenant_id)
