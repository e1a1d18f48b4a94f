"""Other services, and time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aam.domain.connection import Connection
from aam.domain.mapping import Mapping
from aam.domain.schema import StreamSchema
from aam.ports.extraction import SampleColumn


class Flags(Protocol):
    """Feature flags of tenants."""

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        """Tell whether the flag is on for the tenant; `default` where nobody can tell."""


class Mappings(Protocol):
    """DCL's mapping service."""

    async def propose(
        self,
        tenant_id: UUID,
        connection: Connection,
        schema: StreamSchema,
        stream: str,
        sample: Sequence[SampleColumn],
        *,
        hold: bool = False,
    ) -> None:
        """Ask for a proposal; DCL approves it now, unless it is to be held, or somebody does later."""

    async def in_force(self, tenant_id: UUID, connection_id: UUID, stream: str) -> Mapping | None:
        """The mapping version in force, if there is one."""


Clock = Callable[[], datetime]
