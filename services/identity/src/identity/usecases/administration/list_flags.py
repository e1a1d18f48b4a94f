"""List feature flags as a tenant sees them."""

from uuid import UUID

from identity.domain.flag import DEFINITIONS, Flag
from identity.ports import Flags


async def list_flags(tenant_id: UUID, *, flags: Flags) -> tuple[list[Flag], int]:
    """Return every flag, and the version of the tenant's choices (0: none was ever made)."""
    choices = {choice.name: choice for choice in await flags.choices(tenant_id)}
    listed = [Flag(definition, choices.get(definition.name)) for definition in DEFINITIONS]
    return listed, max((choice.version for choice in choices.values()), default=0)
