"""What REST takes and gives, for accounts, people, passwords and sessions."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, EmailStr, Field

from identity.domain.account import User
from identity.domain.credentials.service_account import ServiceAccount
from identity.domain.invitation import Invitation
from identity.domain.session import Session
from identity.usecases.issue_tokens import Tokens

BEARER: Final = "Bearer"
NewPassword = Annotated[str, Field(max_length=256, description="12 to 256 characters, not easily guessed.")]
TicketText = Annotated[str, Field(max_length=512, description="The ticket from the mail.")]
Roles = Annotated[
    list[str], Field(max_length=10, description="owner, admin, operator, viewer or agent.", examples=[["viewer"]])
]


class RegisterBody(BaseModel):
    """Asks for a new tenant."""

    tenant_name: str = Field(min_length=1, max_length=120, examples=["Example Ltd"])
    email: EmailStr
    password: NewPassword


class SignInBody(BaseModel):
    """Credentials of a user."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)
    totp: str = Field("", max_length=40, description="Code of the second factor, or a recovery code.")


class RefreshBody(BaseModel):
    """A refresh token to spend."""

    refresh_token: str = Field(max_length=512)


class UserOut(BaseModel):
    """A user, or a service account that asked who it is (then `email` is empty)."""

    id: str
    tenant_id: str
    tenant_name: str
    kind: Literal["user", "service_account"] = "user"
    name: str
    email: str
    roles: list[str]
    disabled: bool
    created_at: datetime | None

    @classmethod
    def of(cls, user: User) -> "UserOut":
        """Show a user without the password's hash."""
        return cls(
            id=str(user.id),
            tenant_id=str(user.tenant_id),
            tenant_name=user.tenant_name,
            name=user.email,
            email=user.email,
            roles=list(user.roles),
            disabled=user.disabled_at is not None,
            created_at=user.created_at,
        )

    @classmethod
    def of_caller(cls, found: User | ServiceAccount, tenant_name: str) -> "UserOut":
        """Show a caller to themselves."""
        if isinstance(found, User):
            return cls.of(found)
        return cls(
            id=str(found.id),
            tenant_id=str(found.tenant_id),
            tenant_name=tenant_name,
            kind="service_account",
            name=found.name,
            email="",
            roles=list(found.roles),
            disabled=False,
            created_at=found.created_at,
        )


class AccessOut(BaseModel):
    """An access token; the refresh token is in a cookie."""

    access_token: str
    token_type: Literal["Bearer"] = BEARER
    expires_in: int

    @classmethod
    def of(cls, tokens: Tokens) -> "AccessOut":
        """Show a web page the token that it may hold."""
        return cls(access_token=tokens.access_token, expires_in=tokens.expires_in)


class SignedUpOut(AccessOut):
    """The new tenant's first user, or the user an invitation became, signed in."""

    user: UserOut


class TokensOut(BaseModel):
    """A pair of tokens."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = BEARER
    expires_in: int

    @classmethod
    def of(cls, tokens: Tokens) -> "TokensOut":
        """Show tokens to the client they were made for."""
        return cls(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)


class RegisteredOut(TokensOut):
    """The new tenant's first user, or the user an invitation became, signed in."""

    user: UserOut


class UsersOut(BaseModel):
    """A page of users."""

    users: list[UserOut]
    next_page_token: str


class RolesBody(BaseModel):
    """The roles a user shall have."""

    roles: Roles


class InviteBody(BaseModel):
    """Whom to invite, and as what."""

    email: EmailStr
    roles: Roles


class InvitationOut(BaseModel):
    """An invitation that waits; its ticket is in the mail alone."""

    id: str
    email: str
    roles: list[str]
    invited_by: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationOut":
        """Show an invitation."""
        return cls(
            id=str(invitation.id),
            email=invitation.email,
            roles=list(invitation.roles),
            invited_by=str(invitation.invited_by),
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


class InvitationsOut(BaseModel):
    """A page of invitations."""

    invitations: list[InvitationOut]
    next_page_token: str


class AcceptBody(BaseModel):
    """Turns an invitation into a user."""

    ticket: TicketText
    password: NewPassword


class ChangePasswordBody(BaseModel):
    """A new password, with proof of the old one."""

    current_password: str = Field(max_length=1024)
    new_password: NewPassword


class ForgotBody(BaseModel):
    """The address whose password is forgotten."""

    email: str = Field(max_length=320)


class ResetBody(BaseModel):
    """A new password, with the ticket from the mail."""

    ticket: TicketText
    password: NewPassword


class SessionOut(BaseModel):
    """One sign-in."""

    id: str
    current: bool
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    user_agent: str
    address: str

    @classmethod
    def of(cls, session: Session, current: str) -> "SessionOut":
        """Show a session to its user; `current` is the session of the token they ask with."""
        return cls(
            id=str(session.id),
            current=str(session.id) == current,
            created_at=session.created_at,
            used_at=session.used_at,
            expires_at=session.expires_at,
            user_agent=session.origin.user_agent,
            address=session.origin.address,
        )


class SessionsOut(BaseModel):
    """Every session of the caller; 100 at most."""

    sessions: list[SessionOut]


class EndedOut(BaseModel):
    """How many sessions ended."""

    ended: int
