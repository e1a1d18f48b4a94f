"""Settings of the salesforce connector."""

import hashlib
import re
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from aam.adapters.sources.settings import Locator, lacks

LOGIN, SANDBOX = "https://login.salesforce.com", "https://test.salesforce.com"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")


class SalesforceSettings(BaseModel):
    """Where to sign in, how, what to read, and how much of the organisation's API budget to use."""

    model_config = ConfigDict(extra="forbid")

    login_url: str = Field(LOGIN, description="login or test host, or your My Domain (needed by client_credentials).")
    auth: Literal["refresh_token", "jwt", "client_credentials"] = "refresh_token"
    client_id: str = Field(min_length=1, description="Consumer key of the connected app.")
    client_secret: SecretStr = Field(SecretStr(""), description="Consumer secret of the connected app.")
    client_secret_from: Locator = Field("", description="In place of it, where it is in your vault: vault:path#field.")
    refresh_token: SecretStr = Field(SecretStr(""), description="Refresh token, with auth = refresh_token.")
    refresh_token_from: Locator = Field("", description="In place of it, where it is in your vault: vault:path#field.")
    username: str = Field("", description="The user to act as, with auth = jwt.")
    private_key: SecretStr = Field(SecretStr(""), description="RSA private key in PEM, with auth = jwt.")
    private_key_from: Locator = Field("", description="In place of it, where it is in your vault: vault:path#field.")
    api_version: str = Field("v62.0", pattern=r"^v[0-9]{2}\.0$", description="Version of the API.")
    objects: list[str] = Field(default_factory=list, description="Objects to read; empty: all that can be queried.")
    exclude_fields: dict[str, list[str]] = Field(default_factory=dict, description="Fields never read, by object.")
    bulk_from_rows: int = Field(10_000, ge=0, description="From how many rows on the Bulk API is used.")
    slice_days: int = Field(30, ge=1, description="Days of changes that the first bulk job of a reading covers.")
    lookback_seconds: int = Field(600, ge=0, description="How late a change may become visible.")
    organisation_budget_percent: int = Field(
        80, ge=1, le=100, description="Reading stops when the organisation has used so much of its daily API requests."
    )
    run_budget_percent: int = Field(25, ge=1, le=100, description="How much of them one run may use.")
    session_minutes: int = Field(90, ge=1, description="Sessions are renewed at this age, before they end.")

    @field_validator("login_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        refuse_address(url)
        return url.rstrip("/")

    @field_validator("objects")
    @classmethod
    def _are_names(cls, names: list[str]) -> list[str]:
        if not all(NAME.fullmatch(name) for name in names):
            raise ValueError("an object's name has letters, digits and underscores")
        return names

    @model_validator(mode="after")
    def _has_grant(self) -> "SalesforceSettings":
        needed = {
            "refresh_token": ("refresh_token",),
            "jwt": ("private_key", "username"),
            "client_credentials": ("client_secret",),
        }[self.auth]
        values = {name: getattr(self, name) for name in needed}
        given = {name: one.get_secret_value() if isinstance(one, SecretStr) else one for name, one in values.items()}
        lacking = [name for name, one in given.items() if not one and not getattr(self, f"{name}_from", "")]
        if lacking:
            raise lacks(f"auth = {self.auth}", lacking)
        return self

    @property
    def secrets(self) -> list[str]:
        """Every secret text, to be kept out of messages."""
        found = (self.client_secret, self.refresh_token, self.private_key)
        return [one.get_secret_value() for one in found if one.get_secret_value()]

    @property
    def grant_mark(self) -> str:
        """A text that differs whenever the credentials do; sessions are only good for the grant they came from."""
        parts = [self.login_url, self.auth, self.client_id, self.username, *self.secrets]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def audience(self) -> str:
        """The audience of a JWT assertion: the login host that the address belongs to."""
        host = urlsplit(self.login_url).hostname or ""
        return SANDBOX if host == "test.salesforce.com" or ".sandbox." in host else LOGIN


def refuse_address(url: str) -> None:
    """Raise ValueError unless it is https://host[:port], or plain HTTP to this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.username:
        raise ValueError("the address must look like https://login.salesforce.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname)):
        raise ValueError("credentials go over https alone")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
