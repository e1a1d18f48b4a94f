"""Named failures of the mesh."""

from enum import StrEnum

from aos_common.errors import DomainError, Kind

AUTHENTICATION_FAILED = "SOURCE_AUTHENTICATION_FAILED"


class Fault(StrEnum):
    """Whose turn it is when a source fails: the owner of the settings, time, or us."""

    CONFIG = "config"
    TRANSIENT = "transient"
    SYSTEM = "system"


class Obstacle(StrEnum):
    """What stands between a connection and its source, known from how an attempt ended and not from what was said."""

    NONE = ""
    CREDENTIALS = "credentials"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    HOST_UNKNOWN = "host_unknown"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"


class SourceError(DomainError):
    """A source could not be reached or read.

    `message` and `hint` are for the connection's owner and hold no secret; `internal` is for the log. The fault decides
    whether a retry can help.
    """

    reason = "SOURCE_ERROR"
    kind = Kind.PRECONDITION

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        fault: Fault = Fault.CONFIG,
        internal: str = "",
        reason: str = "",
        **metadata: str,
    ) -> None:
        super().__init__(message, hint=hint, **metadata)
        self.fault = fault
        self.internal = internal
        self.obstacle = Obstacle.NONE
        if fault is Fault.TRANSIENT:
            self.kind = Kind.UNAVAILABLE
        if reason:
            self.reason = reason
        if self.reason == AUTHENTICATION_FAILED:
            self.obstacle = Obstacle.CREDENTIALS


class CredentialsRejected(SourceError):
    """The source no longer takes a connection's credentials: only its owner can help, by reconnecting."""

    def __init__(self, message: str, *, internal: str = "") -> None:
        super().__init__(
            message,
            hint="Reconnect: enter new credentials for this connection; it keeps its streams and where it was.",
            internal=internal,
            reason=AUTHENTICATION_FAILED,
        )


class UnknownConnector(DomainError):
    """No connector of this name is installed."""

    reason = "UNKNOWN_CONNECTOR"
    kind = Kind.INVALID


class InvalidSettings(DomainError):
    """The settings do not fit the connector's schema; `missing` names those that are not there, if that is all."""

    reason = "INVALID_SETTINGS"
    kind = Kind.INVALID

    def __init__(self, message: str, *, hint: str = "", missing: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.missing = missing


class ConnectionNotFound(DomainError):
    """The tenant has no connection with this id."""

    reason = "CONNECTION_NOT_FOUND"
    kind = Kind.NOT_FOUND


class ConnectionExists(DomainError):
    """The tenant already has a connection of this name."""

    reason = "CONNECTION_EXISTS"
    kind = Kind.CONFLICT


class RunNotFound(DomainError):
    """The tenant has no run with this id."""

    reason = "RUN_NOT_FOUND"
    kind = Kind.NOT_FOUND


class NotReady(DomainError):
    """The connection cannot be synced in its present state."""

    reason = "CONNECTION_NOT_READY"
    kind = Kind.PRECONDITION


class SafeMode(DomainError):
    """The connection is in Safe Mode: a person looks at its preview before anything of it is read whole."""

    reason = "SAFE_MODE"
    kind = Kind.PRECONDITION


class MappingInvalid(DomainError):
    """A mapping version cannot be compiled against the stream's columns."""

    reason = "MAPPING_INVALID"
    kind = Kind.PRECONDITION


class SchemaChanged(DomainError):
    """A stream no longer has the shape of its baseline; no row of the new shape is published."""

    reason = "SCHEMA_CHANGED"
    kind = Kind.PRECONDITION


class SyncsSwitchedOff(DomainError):
    """The tenant's feature flag `use_aam_as_source` is off."""

    reason = "SYNCS_SWITCHED_OFF"
    kind = Kind.PRECONDITION


class QuarantineFull(DomainError):
    """More rows do not fit than a run may set aside: the mapping or the source is wrong as a whole."""

    reason = "QUARANTINE_FULL"
    kind = Kind.PRECONDITION


class ProjectionFailed(DomainError):
    """The engine could not carry out a stream's projection at all, e.g. for a date format it does not know."""

    reason = "PROJECTION_FAILED"
    kind = Kind.PRECONDITION


class RunCancelled(DomainError):
    """Somebody cancelled the run, or its worker was told to stop."""

    reason = "RUN_CANCELLED"
    kind = Kind.CONFLICT


class RunSuperseded(DomainError):
    """Another worker has taken this run over; whoever hears this must change nothing of it any more."""

    reason = "RUN_SUPERSEDED"
    kind = Kind.CONFLICT


class ConnectionPaused(DomainError):
    """Somebody has paused the connection: nothing of it runs until somebody resumes it."""

    reason = "PAUSED"
    kind = Kind.PRECONDITION


class RunActive(DomainError):
    """Another run of the connection is active, which reads something else than what is asked for."""

    reason = "RUN_ACTIVE"
    kind = Kind.PRECONDITION


class UnknownStreams(DomainError):
    """The connection has no such stream."""

    reason = "UNKNOWN_STREAMS"
    kind = Kind.INVALID


class InvalidSchedule(DomainError):
    """The schedule cannot be followed."""

    reason = "INVALID_SCHEDULE"
    kind = Kind.INVALID


class InvalidLimits(DomainError):
    """The limits cannot be kept."""

    reason = "INVALID_LIMITS"
    kind = Kind.INVALID


class InvalidBackfill(DomainError):
    """The range of a backfill is none."""

    reason = "INVALID_BACKFILL"
    kind = Kind.INVALID


class BackfillRefused(DomainError):
    """The stream cannot be read again in a range, or what would be read could not replace what is there."""

    reason = "BACKFILL_REFUSED"
    kind = Kind.PRECONDITION
