"""Who may do what in Valkey: one user a service, which writes its own keys and reads what it consumes.

A user's root permission covers `<svc>:*`. Selectors (the parts in brackets) add what it reads of others: `Tail`s read,
consumer groups read and acknowledge. A selector is judged whole, so adding an entry to a foreign stream is refused: the
selector that knows the stream knows no XADD. Nothing lists, flushes, scripts or configures.
"""

import hashlib
from collections.abc import Callable

from aos_local.settings import SERVICES

ADMIN, PROBE = "admin", "probe"
CONSUMED: dict[str, tuple[str, ...]] = {
    "identity": tuple(f"{service}:audit" for service in SERVICES),
    "aod": (),
    "aam": ("dcl:applied", "dcl:mappings"),
    "dcl": ("aam:canonical:*",),
    "aoa": (),
    "nlp_gateway": (),
}
"""Streams that a service's consumer groups read, own ones among them where one read names several."""
WATCHED = ("identity:revoked", "identity:flags")
"""Streams that every process follows."""
FOLLOWED = {"aoa": ("aam:flow", "dcl:flow", "agent:flow")}
"""Streams that a service follows besides; own ones among them, since one read names several."""
ALSO_OWN = {"aoa": ("agent:flow",)}
"""Keys of a service that begin with another word than its name."""

_CONNECTION = "+ping +hello +auth +select +quit +echo +reset +client|setinfo +client|setname +client|id +wait"
_OWN = (
    "+@stream +@string +@hash +@set +@sortedset +@transaction +del +unlink +exists +expire +pexpire +ttl +pttl "
    "+persist +type -@dangerous -@scripting"
)
_GROUP = "+xreadgroup +xack +xautoclaim +xgroup|create +xgroup|createconsumer"


def acl(password_of: Callable[[str], str], services: tuple[str, ...] = SERVICES) -> str:
    """Return an ACL file; passwords stand in it as SHA-256. `admin` may do everything, `probe` may ask for a PONG."""
    lines = [
        "user default reset off",
        f"user {ADMIN} reset on {_hashed(password_of(ADMIN))} ~* &* +@all",
        f"user {PROBE} reset on {_hashed(password_of(PROBE))} +ping +auth +hello",
        *(f"user {service} reset on {_hashed(password_of(service))} {rules(service)}" for service in services),
    ]
    return "\n".join(lines) + "\n"


def rules(service: str) -> str:
    """Return a service's rules, as ACL SETUSER takes them after the password."""
    watched = " ".join(f"%R~{stream}" for stream in (*WATCHED, *FOLLOWED.get(service, ())))
    own = " ".join(f"~{keys}" for keys in (f"{service}:*", *ALSO_OWN.get(service, ())))
    parts = [f"{own} resetchannels -@all {_CONNECTION} {_OWN}", f"(-@all +xread {watched})"]
    if CONSUMED[service]:
        parts.append(f"(-@all {_GROUP} {' '.join(f'~{stream}' for stream in CONSUMED[service])})")
    return " ".join(parts)


def _hashed(password: str) -> str:
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"
