"""What can go wrong with accounts."""

from aos_common.errors import DomainError, Kind


class EmailTaken(DomainError):
    """The address already signs in to an account."""

    reason = "EMAIL_TAKEN"
    kind = Kind.CONFLICT


class PasswordTooWeak(DomainError):
    """The password breaks the policy."""

    reason = "PASSWORD_TOO_WEAK"
    kind = Kind.INVALID


class WrongCredentials(DomainError):
    """Address or password is wrong; which one is not said."""

    reason = "WRONG_CREDENTIALS"
    kind = Kind.UNAUTHENTICATED


class SessionEnded(DomainError):
    """The refresh token is unknown, expired, or was used before."""

    reason = "SESSION_ENDED"
    kind = Kind.UNAUTHENTICATED


class UnknownClient(DomainError):
    """A service's client credentials are wrong, or it names no existing tenant."""

    reason = "UNKNOWN_CLIENT"
    kind = Kind.UNAUTHENTICATED
