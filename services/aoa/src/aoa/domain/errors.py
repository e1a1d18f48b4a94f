"""What can go wrong with runs."""

from aos_common.errors import DomainError, Kind


class RunUnknown(DomainError):
    """No run of the tenant has this id."""

    reason = "RUN_UNKNOWN"
    kind = Kind.NOT_FOUND


class RunActive(DomainError):
    """The tenant has an active run already; `metadata["run_id"]` names it."""

    reason = "RUN_ACTIVE"
    kind = Kind.CONFLICT


class RunEnded(DomainError):
    """The run ended before, so it cannot be cancelled."""

    reason = "RUN_ENDED"
    kind = Kind.PRECONDITION


class RunInterrupted(DomainError):
    """The run of a background step is gone or ended: there is nothing left to do for it."""

    reason = "RUN_INTERRUPTED"
    kind = Kind.PRECONDITION


class AgentUnknown(DomainError):
    """No agent has this name."""

    reason = "AGENT_UNKNOWN"
    kind = Kind.NOT_FOUND


class NothingSynced(DomainError):
    """Every connection of the run failed."""

    reason = "NOTHING_SYNCED"
    kind = Kind.PRECONDITION


class UnificationStalled(DomainError):
    """Announced streams were not applied within the patience of the run."""

    reason = "UNIFICATION_STALLED"
    kind = Kind.PRECONDITION
