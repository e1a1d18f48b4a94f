"""Which failures of a step are worth another attempt."""

from aos_common.errors import Kind

MAX_ATTEMPTS = 20
"""Attempts at a step whose failures look passing: a service that restarts, a database that moves."""
MAX_UNEXPLAINED = 5
"""Attempts at a step that fails for no named reason: likely a defect, which waiting does not mend."""
LASTING = (Kind.INVALID, Kind.NOT_FOUND, Kind.PRECONDITION, Kind.CONFLICT, Kind.FORBIDDEN)
"""Failures that trying again does not mend."""


def gives_up(kind: Kind, attempt: int) -> bool:
    """Tell whether the failure of this attempt (from 1) is final."""
    if kind in LASTING:
        return True
    return attempt >= (MAX_UNEXPLAINED if kind is Kind.INTERNAL else MAX_ATTEMPTS)
