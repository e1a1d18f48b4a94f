"""Tenants and users."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from identity.domain.errors import PasswordTooWeak

MIN_PASSWORD = 12
MAX_PASSWORD = 256
"""Longer input would only buy an attacker hashing time."""


@dataclass(frozen=True)
class User:
    """A user of one tenant, with the hash of their password (None: signs on through the tenant's provider alone).

    Tokens issued before `tokens_from`, a whole second, have been revoked.
    """

    tenant_id: UUID
    id: UUID
    tenant_name: str
    email: str
    password_hash: str | None = field(repr=False)
    roles: tuple[str, ...]
    created_at: datetime | None = None
    disabled_at: datetime | None = None
    tokens_from: datetime | None = None


def normal_email(email: str) -> str:
    """Return the address as it is compared: trimmed, lower case."""
    return email.strip().lower()


def check_password(password: str, email: str, tenant_name: str) -> None:
    """Raise `PasswordTooWeak` unless the password has 12 to 256 characters and repeats neither address nor tenant."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordTooWeak(
            f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.", hint="A sentence is a good password."
        )
    said, address = _letters(password), normal_email(email)
    if said in {_letters(address), _letters(address.partition("@")[0]), _letters(tenant_name)}:
        raise PasswordTooWeak("The password must differ from the e-mail address and the tenant's name.")


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
