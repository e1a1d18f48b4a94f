"""How the platform is: what each service says of itself, in one word."""

from collections.abc import Mapping

READY, NOT_READY, AWAY = "ready", "not ready", "away"
OK, DEGRADED = "ok", "degraded"


def overall(states: Mapping[str, str]) -> str:
    """Return `ok` when every service is ready, else `degraded`."""
    return OK if all(state == READY for state in states.values()) else DEGRADED
