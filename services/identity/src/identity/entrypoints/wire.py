"""The one place where accounts turn into wire messages: pydantic for REST, protobuf for gRPC."""

from typing import Final, Literal

from autonomos.identity.v1 import identity_pb2 as pb
from pydantic import BaseModel, EmailStr, Field

from identity.domain.account import User
from identity.usecases.issue_tokens import Tokens

BEARER: Final = "Bearer"


class RegisterBody(BaseModel):
    """Asks for a new tenant."""

    tenant_name: str = Field(min_length=1, max_length=120, examples=["Example Ltd"])
    email: EmailStr
    password: str = Field(max_length=256, description="12 to 256 characters.")


class SignInBody(BaseModel):
    """Credentials of a user."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)


class RefreshBody(BaseModel):
    """A refresh token to spend."""

    refresh_token: str = Field(max_length=512)


class UserOut(BaseModel):
    """A user."""

    id: str
    tenant_id: str
    tenant_name: str
    email: str
    roles: list[str]

    @classmethod
    def of(cls, user: User) -> "UserOut":
        """Show a user without the password's hash."""
        return cls(
            id=str(user.id),
            tenant_id=str(user.tenant_id),
            tenant_name=user.tenant_name,
            email=user.email,
            roles=list(user.roles),
        )


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
    """The new tenant's first user, signed in."""

    user: UserOut


def user_message(user: User) -> pb.User:
    """Return the protobuf form of a user."""
    return pb.User(**UserOut.of(user).model_dump())


def tokens_message(tokens: Tokens) -> pb.Tokens:
    """Return the protobuf form of tokens."""
    return pb.Tokens(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)
