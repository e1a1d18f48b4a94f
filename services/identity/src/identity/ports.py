"""What the use cases need from outside."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from identity.domain.account import User
from identity.domain.audit import Entry, Filter, Head, Linked
from identity.domain.flag import Choice
from identity.domain.invitation import Invitation
from identity.domain.mail import Mail
from identity.domain.password_reset import PasswordReset
from identity.domain.second_factor import SecondFactor
from identity.domain.service_account import ApiKey, ServiceAccount
from identity.domain.session import Origin, RefreshToken, Session, Verdict
from identity.domain.sign_on import IdentityProvider, Person, SignOnAttempt
from identity.domain.signing_key import SigningKey
from identity.domain.ticket import Ticket


class Accounts(Protocol):
    """Tenants, and their users one at a time."""

    async def add_tenant(self, user: User, now: datetime) -> None:
        """Store a tenant and its first user; raise `EmailTaken` when the address already signs in."""

    async def find_by_email(self, email: str) -> User | None:
        """Return the user who signs in with the address, disabled or not."""

    async def get_user(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """Return one user, disabled or not."""

    async def tenant_name(self, tenant_id: UUID) -> str | None:
        """Return the tenant's name; None when there is no such tenant."""


class Users(Protocol):
    """The users of a tenant, together."""

    async def page(self, tenant_id: UUID, size: int, after: UUID | None) -> list[User]:
        """Return users in the order they came, those after an id."""

    async def change(self, tenant_id: UUID, user_id: UUID, decide: Callable[[User], User], now: datetime) -> User:
        """Store what `decide` makes of the user, alone with the tenant's users; raise `NotFound` or `LastOwner`.

        Tokens carry roles: where these change, or the user is disabled, the user's tokens are revoked in the same
        transaction; a disabled user's sessions end.
        """

    async def remove(self, tenant_id: UUID, user_id: UUID, check: Callable[[User], None], now: datetime) -> User:
        """Remove a user and revoke their tokens; raise `NotFound` or `LastOwner`."""

    async def set_password(
        self, user: User, password_hash: str, now: datetime, *, keep: UUID | None, notice: Mail
    ) -> None:
        """Store a new password, end the user's sessions but `keep`, revoke their tokens, and send the notice."""


class Invitations(Protocol):
    """Invitations at rest."""

    async def add(self, invitation: Invitation, mail: Mail) -> None:
        """Store and send an invitation in place of an older one to the address; raise `EmailTaken` or `TooMany`.

        `EmailTaken` tells of users of this tenant alone.
        """

    async def page(self, tenant_id: UUID, size: int, after: UUID | None, now: datetime) -> list[Invitation]:
        """Return invitations that wait, in the order they were made."""

    async def withdraw(self, tenant_id: UUID, invitation_id: UUID) -> None:
        """Delete an invitation; raise `NotFound`."""

    async def find(self, ticket: Ticket, now: datetime) -> Invitation:
        """Return the invitation of a ticket; raise `TicketRefused`."""

    async def accept(self, invitation: Invitation, user: User, now: datetime) -> None:
        """Spend the invitation and store its user; raise `TicketRefused` or `EmailTaken`."""


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


class IdentityProviders(Protocol):
    """Tenants' providers at rest, client secrets sealed."""

    async def tenant_of(self, provider_id: UUID) -> UUID | None:
        """Return the tenant whose provider it is."""

    async def list(self, tenant_id: UUID) -> list[IdentityProvider]:
        """Return every provider, by name."""

    async def get(self, tenant_id: UUID, provider_id: UUID) -> IdentityProvider:
        """Return a provider; raise `NotFound`."""

    async def put(self, provider: IdentityProvider) -> None:
        """Store a provider, new or changed; raise `NameTaken` or `TooMany`."""

    async def remove(self, tenant_id: UUID, provider_id: UUID) -> None:
        """Remove a provider; its users stay, and sign on no more. Raise `NotFound`."""

    async def leave(self, attempt: SignOnAttempt, now: datetime) -> None:
        """Store an attempt; those that expired go."""

    async def come_back(self, ticket: Ticket, now: datetime) -> SignOnAttempt | None:
        """Spend the attempt of a ticket and return it; None when it is unknown, spent or too old."""

    async def user_of(self, provider: IdentityProvider, person: Person, now: datetime) -> User:
        """Return the user of a person, as they are now known or made just now; raise `EmailTaken`."""


class OpenIdConnect(Protocol):
    """Speaks OpenID Connect with providers."""

    async def check(self, provider: IdentityProvider) -> None:
        """Return when the issuer's discovery document reads; raise `ProviderUnusable`."""

    async def authorization_url(
        self, provider: IdentityProvider, redirect_uri: str, state: str, nonce: str, code_verifier: str
    ) -> str:
        """Return where to send the browser; raise `ProviderUnusable`."""

    async def claims(
        self, provider: IdentityProvider, redirect_uri: str, code: str, nonce: str, code_verifier: str
    ) -> Mapping[str, Any]:
        """Exchange a code and return verified claims; raise `ProviderUnusable` or `SignOnRefused`."""


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


class Mails(Protocol):
    """Mails that wait."""

    async def get(self, tenant_id: UUID, mail_id: UUID) -> Mail | None:
        """Return a mail; None when it was sent or has gone."""

    async def sent(self, tenant_id: UUID, mail_id: UUID, now: datetime) -> None:
        """Note that a mail was delivered, and forget its body."""


class MailSender(Protocol):
    """Hands mails to a server."""

    async def send(self, mail: Mail) -> None:
        """Deliver a mail; raise `DependencyUnavailable` when that may work later, `MailRefused` when it never will."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""


class AuditLog(Protocol):
    """The tenants' audit logs; entries are added and never changed."""

    async def append(self, entry: Entry) -> bool:
        """Add an entry at the end of its tenant's chain (its `seq` is given there); False when the call is in it."""

    async def part(self, tenant_id: UUID, after: int, size: int) -> list[Linked]:
        """Return entries in the order of the chain, those after a number."""

    async def page(self, tenant_id: UUID, wanted: Filter, size: int, before: int | None) -> list[Linked]:
        """Return entries that match, newest first, those before a number."""

    async def head(self, tenant_id: UUID) -> Head | None:
        """Return the sealed end of the chain."""


class Flags(Protocol):
    """What tenants chose about feature flags."""

    async def choices(self, tenant_id: UUID) -> list[Choice]:
        """Return the tenant's choices."""

    async def choose(self, tenant_id: UUID, name: str, enabled: bool | None, changed_by: str, now: datetime) -> None:
        """Store a choice, or forget it (None), and tell every process."""


class SigningKeys(Protocol):
    """The keys that sign access tokens, shared by all replicas."""

    async def load(self) -> list[SigningKey]:
        """Return all keys."""

    async def add(self, signs_from: datetime, now: datetime) -> SigningKey:
        """Make and store a key that signs from a moment on."""

    async def withdraw(self, kid: str, now: datetime) -> bool:
        """Withdraw a key; False when there is none with the id that was not withdrawn before."""
