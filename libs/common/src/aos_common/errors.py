"""Named failures, and the one table that says how each kind looks on the wire."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "WIRE",
    "DependencyUnavailable",
    "DomainError",
    "InvalidRequest",
    "Kind",
    "Overloaded",
    "PermissionDenied",
    "Unauthenticated",
    "WireStatus",
]


class Kind(StrEnum):
    """What sort of failure it is; decides the gRPC code and the HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    PRECONDITION = "precondition"
    EXHAUSTED = "exhausted"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    INTERNAL = "internal"


@dataclass(frozen=True)
class WireStatus:
    """How a kind of failure appears to callers: gRPC status name and HTTP status."""

    grpc: str
    http: int


WIRE: dict[Kind, WireStatus] = {
    Kind.INVALID: WireStatus("INVALID_ARGUMENT", 422),
    Kind.UNAUTHENTICATED: WireStatus("UNAUTHENTICATED", 401),
    Kind.FORBIDDEN: WireStatus("PERMISSION_DENIED", 403),
    Kind.NOT_FOUND: WireStatus("NOT_FOUND", 404),
    Kind.CONFLICT: WireStatus("ALREADY_EXISTS", 409),
    Kind.PRECONDITION: WireStatus("FAILED_PRECONDITION", 409),
    Kind.EXHAUSTED: WireStatus("RESOURCE_EXHAUSTED", 429),
    Kind.UNAVAILABLE: WireStatus("UNAVAILABLE", 503),
    Kind.TIMEOUT: WireStatus("DEADLINE_EXCEEDED", 504),
    Kind.INTERNAL: WireStatus("INTERNAL", 500),
}


class DomainError(Exception):
    """A failure with a name: `reason` is stable for programs, message and hint are for people.

    Subclasses set `reason` (UPPER_SNAKE_CASE) and `kind`, and `retry_after` (seconds) where coming back later can help.
    `metadata` travels in gRPC's `ErrorInfo.metadata` and as members of the RFC 9457 problem; it never holds secrets.
    """

    reason: str = "INTERNAL"
    kind: Kind = Kind.INTERNAL
    retry_after: int = 1

    def __init__(self, message: str, *, hint: str = "", **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.metadata = metadata

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidRequest(DomainError):
    """A request breaks the contract: a bad id, page token, enum or size."""

    reason = "INVALID_REQUEST"
    kind = Kind.INVALID


class Unauthenticated(DomainError):
    """No token, or one that does not verify."""

    reason = "UNAUTHENTICATED"
    kind = Kind.UNAUTHENTICATED


class PermissionDenied(DomainError):
    """The token verifies but its roles do not allow this."""

    reason = "PERMISSION_DENIED"
    kind = Kind.FORBIDDEN


class Overloaded(DomainError):
    """A bounded resource is full; the caller should come back later."""

    reason = "OVERLOADED"
    kind = Kind.UNAVAILABLE


class DependencyUnavailable(DomainError):
    """A service or store this one needs did not answer."""

    reason = "DEPENDENCY_UNAVAILABLE"
    kind = Kind.UNAVAILABLE
