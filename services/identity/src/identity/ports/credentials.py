"""What people and programs prove who they are with."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from identity.domain.credentials.password_reset import PasswordReset
from identity.domain.credentials.second_factor import SecondFactor
from identity.domain.credentials.service_account import ApiKey, ServiceAccount
from identity.domain.credentials.ticket import Ticket
from identity.domain.mail import Mail
from identity.domain.session import Origin, RefreshToken, Session, Verdict


class PasswordResets(Protocol):
    """Password resets at rest."""

    async def add(self, reset: PasswordReset, mail: Mail) -> bool:
        """Store and send a reset; False when the user got as many as one may within an hour."""

    async def find(self, ticket: Ticket, now: datetime) -> PasswordReset:
        """Return the reset of a ticket; raise `TicketRefused`."""

    async def spend(self, reset: PasswordReset, password_hash: str, now: datetime, notice: Mail) -> None:
        """Store a new password and end every session; raise `TicketRefused` where the reset was spent meanwhile."""


class Sessions(Protocol):
    """Sessions and their refresh tokens at rest."""

    async def begin(self, session: Session, token: RefreshToken) -> None:
        """Store a session with its first token; of too many, the one used longest ago ends."""

    async def rotate(
        self, ticket: Ticket, successor: Callable[[RefreshToken], RefreshToken], now: datetime, origin: Origin
    ) -> tuple[Verdict, Session] | None:
        """Judge the token of a ticket, exchange it for a successor or end its session; of two at once one is first.

        None, and nothing changes, when the ticket is none.
        """

    async def find(self, ticket: Ticket) -> Session | None:
        """Return the session of a refresh token, spent or not."""

    async def list(self, tenant_id: UUID, user_id: UUID, now: datetime) -> list[Session]:
        """Return the user's sessions, the one used last first."""

    async def end(self, tenant_id: UUID, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        """End a session of the user and revoke its tokens; False when there is none."""

    async def end_all(self, tenant_id: UUID, user_id: UUID, now: datetime, *, keep: UUID | None) -> int:
        """End the user's sessions but `keep`, revoke their tokens, and return how many ended."""


class ServiceAccounts(Protocol):
    """Service accounts and their keys at rest."""

    async def add(self, account: ServiceAccount) -> None:
        """Store an account; raise `NameTaken` or `TooMany`."""

    async def list(self, tenant_id: UUID) -> list[tuple[ServiceAccount, list[ApiKey]]]:
        """Return every account with its keys, by name."""

    async def get(self, tenant_id: UUID, account_id: UUID) -> ServiceAccount:
        """Return an account; raise `NotFound`."""

    async def remove(self, tenant_id: UUID, account_id: UUID, now: datetime) -> None:
        """Remove an account with its keys and revoke its tokens; raise `NotFound`."""

    async def add_key(self, key: ApiKey) -> None:
        """Store a key; raise `NotFound` or `TooMany`."""

    async def remove_key(self, tenant_id: UUID, account_id: UUID, key_id: UUID, now: datetime) -> None:
        """Remove a key and revoke the tokens it was exchanged for; raise `NotFound`."""

    async def use_key(self, ticket: Ticket, now: datetime) -> tuple[ServiceAccount, ApiKey]:
        """Return the account of a key and note its use; raise `KeyRefused`."""


class SecondFactors(Protocol):
    """Users' second factors at rest, secrets sealed."""

    async def get(self, tenant_id: UUID, user_id: UUID) -> SecondFactor | None:
        """Return a user's second factor, confirmed or not."""

    async def begin(self, factor: SecondFactor) -> None:
        """Store a factor that waits for its first code, in place of one that waited; raise `TotpState` if one is on."""

    async def confirm(
        self, tenant_id: UUID, user_id: UUID, step: int, recovery: Sequence[bytes], now: datetime
    ) -> None:
        """Turn the factor on, with the hashes of its recovery codes; raise `TotpState` if none waits."""

    async def use_step(self, tenant_id: UUID, user_id: UUID, step: int) -> bool:
        """Use the code of a time step; False when it, or a later one, was used before."""

    async def use_recovery(self, tenant_id: UUID, user_id: UUID, code: bytes) -> bool:
        """Use a recovery code by its hash; False when there is none (any more)."""

    async def recovery_left(self, tenant_id: UUID, user_id: UUID) -> int:
        """Return how many recovery codes are left."""

    async def remove(self, tenant_id: UUID, user_id: UUID) -> bool:
        """Turn the factor off; False when there is none."""


class OneTimeCodes(Protocol):
    """Time-based one-time codes (RFC 6238)."""

    def new_secret(self) -> str:
        """Return a new secret in base32."""

    def uri(self, secret: str, account: str) -> str:
        """Return the otpauth:// URI that apps read as a QR code."""

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code it is, now or one step off; None when it is none."""


class PasswordHasher(Protocol):
    """Slow, salted hashes; at most a few at once."""

    async def hash(self, password: str) -> str:
        """Return a new hash."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password fits; takes as long when there is no hash."""


class PasswordJudge(Protocol):
    """Knows which passwords are guessed first."""

    async def check(self, password: str, *about: str) -> None:
        """Raise `PasswordTooWeak` when it is a common or easily guessed one, also one made of what it is `about`."""


class Attempts(Protocol):
    """Counts failed sign-ins, so that passwords cannot be tried at will."""

    async def check(self, account: str, address: str, known: Callable[[], Awaitable[bool]]) -> None:
        """Raise `TooManyAttempts` when the account or the address has failed too often.

        `known` tells whether the account has a session from this address: whoever guesses elsewhere locks nobody out.
        """

    async def failed(self, account: str, address: str) -> None:
        """Count a failure."""

    async def succeeded(self, account: str, address: str) -> None:
        """Forget the failures of this account from this address."""


class Signer(Protocol):
    """Signs access tokens."""

    def sign(
        self,
        *,
        tenant_id: UUID,
        subject: str,
        roles: tuple[str, ...],
        lifetime: int,
        session: str = "",
        not_before: datetime | None = None,
    ) -> str:
        """Return an RS256 access token that lives `lifetime` seconds, issued at `not_before` if that is to come."""
