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


class WrongPassword(DomainError):
    """The current password, asked for again before a change, is wrong."""

    reason = "WRONG_PASSWORD"
    kind = Kind.FORBIDDEN


class TotpRequired(DomainError):
    """The password is right, and the account needs a code as well; none was sent, or not the right one."""

    reason = "TOTP_REQUIRED"
    kind = Kind.UNAUTHENTICATED


class TotpWrong(DomainError):
    """The code of the second factor is wrong, too old, or was used before."""

    reason = "TOTP_WRONG"
    kind = Kind.FORBIDDEN


class TotpState(DomainError):
    """The second factor is on already, or was not begun."""

    reason = "TOTP_STATE"
    kind = Kind.PRECONDITION


class TooManyAttempts(DomainError):
    """Too many sign-ins failed, for this account from this address, or from this address."""

    reason = "TOO_MANY_ATTEMPTS"
    kind = Kind.EXHAUSTED
    retry_after = 900


class SessionEnded(DomainError):
    """The refresh token is unknown, expired, or was used before."""

    reason = "SESSION_ENDED"
    kind = Kind.UNAUTHENTICATED


class ForeignPage(DomainError):
    """Another site's page had a browser ask."""

    reason = "FOREIGN_PAGE"
    kind = Kind.FORBIDDEN


class UnknownClient(DomainError):
    """A service's client credentials are wrong, or it names no existing tenant."""

    reason = "UNKNOWN_CLIENT"
    kind = Kind.UNAUTHENTICATED


class KeyRefused(DomainError):
    """The API key is unknown, expired or revoked; which is not said."""

    reason = "API_KEY_REFUSED"
    kind = Kind.UNAUTHENTICATED


class SignOnRefused(DomainError):
    """The tenant's provider did not sign this person on, or its settings do not let them in."""

    reason = "SIGN_ON_REFUSED"
    kind = Kind.UNAUTHENTICATED


class ProviderUnusable(DomainError):
    """A tenant's provider does not answer as OpenID Connect asks."""

    reason = "PROVIDER_UNUSABLE"
    kind = Kind.PRECONDITION


class TicketRefused(DomainError):
    """An invitation or a password reset is unknown, used, replaced or too old; which is not said."""

    reason = "TICKET_REFUSED"
    kind = Kind.PRECONDITION


class NotFound(DomainError):
    """The caller's tenant has no such user, invitation, session, service account, key or provider."""

    reason = "NOT_FOUND"
    kind = Kind.NOT_FOUND


class NameTaken(DomainError):
    """Another thing of this kind has the name."""

    reason = "NAME_TAKEN"
    kind = Kind.CONFLICT


class TooMany(DomainError):
    """The tenant has as many of these as it may."""

    reason = "TOO_MANY"
    kind = Kind.PRECONDITION


class RoleUnknown(DomainError):
    """There is no such role, or none was named."""

    reason = "ROLE_UNKNOWN"
    kind = Kind.INVALID


class RoleNotYours(DomainError):
    """Somebody would give, or take, more than they have themselves."""

    reason = "ROLE_NOT_YOURS"
    kind = Kind.FORBIDDEN


class LastOwner(DomainError):
    """A tenant would be left without an owner who can sign in."""

    reason = "LAST_OWNER"
    kind = Kind.PRECONDITION


class UserDisabled(DomainError):
    """The user exists and may not sign in."""

    reason = "USER_DISABLED"
    kind = Kind.FORBIDDEN


class FlagUnknown(DomainError):
    """There is no feature flag of this name."""

    reason = "FLAG_UNKNOWN"
    kind = Kind.NOT_FOUND


class SigningKeyUnknown(DomainError):
    """There is no signing key with this id, or it is the one that signs."""

    reason = "SIGNING_KEY_UNKNOWN"
    kind = Kind.PRECONDITION
