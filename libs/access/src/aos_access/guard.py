"""The check that stands first in every use case, whichever door the call came through."""

from aos_common.auth import Caller
from aos_common.errors import PermissionDenied

from aos_access.roles import Permission, permissions_of, roles_with

__all__ = ["require"]


def require(caller: Caller, permission: Permission) -> None:
    """Raise `PermissionDenied`, which names the roles that would do, unless one of the caller's roles allows it."""
    if permission not in permissions_of(caller.roles):
        raise PermissionDenied(
            f"This needs the permission {permission}, which the roles {', '.join(roles_with(permission))} have.",
            hint="Ask an owner or admin of your tenant for one of these roles.",
        )
