"""What REST takes and gives for service accounts and API keys."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from identity.domain.credentials.service_account import ApiKey, ServiceAccount
from identity.entrypoints.rest.models import BEARER, Roles


class ServiceAccountBody(BaseModel):
    """A program that shall work for the tenant."""

    name: str = Field(min_length=1, max_length=120, examples=["nightly export"])
    roles: Roles


class KeyBody(BaseModel):
    """A key that shall be made."""

    name: str = Field(min_length=1, max_length=120, examples=["2026"])
    days: int | None = Field(90, ge=1, le=730, description="Days until it expires; null: when it is revoked.")


class KeyOut(BaseModel):
    """A key, without its text."""

    id: str
    account_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """Show a key; its text is not known any more."""
        return cls(
            id=str(key.id),
            account_id=str(key.account_id),
            name=key.name,
            created_at=key.created_at,
            expires_at=key.expires_at,
            used_at=key.used_at,
        )


class NewKeyOut(KeyOut):
    """A new key, with its text: this once."""

    key: str


class ServiceAccountOut(BaseModel):
    """A service account with its keys."""

    id: str
    name: str
    roles: list[str]
    created_by: str
    created_at: datetime
    keys: list[KeyOut]

    @classmethod
    def of(cls, account: ServiceAccount, keys: list[ApiKey]) -> "ServiceAccountOut":
        """Show a service account."""
        return cls(
            id=str(account.id),
            name=account.name,
            roles=list(account.roles),
            created_by=account.created_by,
            created_at=account.created_at,
            keys=[KeyOut.of(key) for key in keys],
        )


class ServiceAccountsOut(BaseModel):
    """Every service account; 200 at most."""

    service_accounts: list[ServiceAccountOut]


class KeyTokenBody(BaseModel):
    """An API key to exchange."""

    api_key: str = Field(max_length=256)


class KeyTokenOut(BaseModel):
    """An access token; the key itself gets the next one."""

    access_token: str
    token_type: Literal["Bearer"] = BEARER
    expires_in: int
