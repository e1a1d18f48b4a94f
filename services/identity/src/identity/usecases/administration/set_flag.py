"""Set a feature flag for a tenant, or go back to its default."""

from uuid import UUID

from identity.domain.flag import Flag, definition_of
from identity.ports import Clock, Flags
from identity.usecases.administration.list_flags import list_flags


async def set_flag(
    tenant_id: UUID, name: str, enabled: bool | None, changed_by: str, *, flags: Flags, clock: Clock
) -> Flag:
    """Store the choice and return the flag; None forgets it. Raise `FlagUnknown`."""
    definition = definition_of(name)
    await flags.choose(tenant_id, definition.name, enabled, changed_by, clock())
    listed, _ = await list_flags(tenant_id, flags=flags)
    return next(flag for flag in listed if flag.definition is definition)
