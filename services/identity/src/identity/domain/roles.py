"""Who may give which roles to whom."""

from collections.abc import Collection, Sequence

from aos_access.roles import INTERNAL, ROLES, permissions_of

from identity.domain.errors import RoleNotYours, RoleUnknown

OWNER = "owner"
GIVEN = tuple(role for role in ROLES if role != INTERNAL)
"""The roles people and service accounts can have, strongest first."""


def checked_roles(roles: Sequence[str]) -> tuple[str, ...]:
    """Return the roles once each, strongest first; raise `RoleUnknown` for a wrong one or none."""
    unknown = sorted(set(roles) - set(GIVEN))
    if unknown or not roles:
        said = f"There is no role {', '.join(unknown)}." if unknown else "At least one role is needed."
        raise RoleUnknown(said, hint=f"There are: {', '.join(GIVEN)}.")
    return tuple(role for role in GIVEN if role in roles)


def check_grant(actor: Collection[str], *touched: Collection[str]) -> None:
    """Raise `RoleNotYours` unless the actor has all that the touched roles allow; owners are the owners' business."""
    roles = frozenset(role for some in touched for role in some)
    if OWNER in roles and OWNER not in actor:
        raise RoleNotYours("Only an owner makes, changes or removes owners.", hint="Ask an owner of your tenant.")
    if not permissions_of(roles) <= permissions_of(frozenset(actor)):
        raise RoleNotYours("These roles allow more than yours do.", hint="Ask an owner or admin of your tenant.")
