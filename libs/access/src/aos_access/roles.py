"""The permission table: what each role may do. Nothing else in the platform grants anything."""

from enum import StrEnum

__all__ = ["INTERNAL", "ROLES", "Permission", "permissions_of", "roles_with"]


class Permission(StrEnum):
    """One thing a caller may be allowed to do within their tenant."""

    USERS_READ = "users:read"
    USERS_MANAGE = "users:manage"
    CREDENTIALS_MANAGE = "credentials:manage"
    FLAGS_READ = "flags:read"
    FLAGS_MANAGE = "flags:manage"
    AUDIT_READ = "audit:read"
    DISCOVERY_READ = "discovery:read"
    DISCOVERY_WRITE = "discovery:write"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    SYNCS_RUN = "syncs:run"
    MAPPINGS_READ = "mappings:read"
    MAPPINGS_PROPOSE = "mappings:propose"
    MAPPINGS_DECIDE = "mappings:decide"
    VIEWS_READ = "views:read"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    FLOW_READ = "flow:read"
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_WRITE = "knowledge:write"
    QUESTIONS_ASK = "questions:ask"


_READ_DATA = frozenset(
    {
        Permission.DISCOVERY_READ,
        Permission.CONNECTIONS_READ,
        Permission.MAPPINGS_READ,
        Permission.VIEWS_READ,
        Permission.RUNS_READ,
        Permission.FLAGS_READ,
        Permission.FLOW_READ,
        Permission.KNOWLEDGE_READ,
        Permission.QUESTIONS_ASK,
    }
)
_OPERATE = frozenset(
    {
        Permission.DISCOVERY_WRITE,
        Permission.CONNECTIONS_WRITE,
        Permission.SYNCS_RUN,
        Permission.MAPPINGS_PROPOSE,
        Permission.MAPPINGS_DECIDE,
        Permission.RUNS_WRITE,
        Permission.KNOWLEDGE_WRITE,
    }
)
_ADMINISTER = frozenset(
    {
        Permission.USERS_READ,
        Permission.USERS_MANAGE,
        Permission.CREDENTIALS_MANAGE,
        Permission.FLAGS_MANAGE,
        Permission.AUDIT_READ,
    }
)
_SERVICE = _READ_DATA | (_OPERATE - {Permission.MAPPINGS_DECIDE})

INTERNAL = "service"
"""The role of the platform's own services; the gateway refuses it, since services do not come in from outside."""

ROLES: dict[str, frozenset[Permission]] = {
    # An owner may besides make and unmake owners; identity checks that on the role itself.
    "owner": _READ_DATA | _OPERATE | _ADMINISTER,
    "admin": _READ_DATA | _OPERATE | _ADMINISTER,
    "operator": _READ_DATA | _OPERATE,
    "viewer": _READ_DATA,
    "agent": _READ_DATA | {Permission.RUNS_WRITE},
    INTERNAL: _SERVICE,
}


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """Return what a caller with these roles may do; a role nobody knows adds nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def roles_with(permission: Permission) -> tuple[str, ...]:
    """Return the public roles that have the permission, strongest first."""
    return tuple(role for role, granted in ROLES.items() if permission in granted and role != INTERNAL)
