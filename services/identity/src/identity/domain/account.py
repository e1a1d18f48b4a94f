"""Tenants and users."""

from dataclasses import dataclass
from uuid import UUID

from identity.domain.errors import PasswordTooWeak

MIN_PASSWORD = 12
MAX_PASSWORD = 256
"""Longer input would only buy an attacker hashing time."""


@dataclass(frozen=True)
class User:
    """A user of one tenant, with the hash of their password."""

    tenant_id: UUID
    id: UUID
    tenant_name: str
    email: str
    password_hash: str
    roles: tuple[str, ...]


def normal_email(email: str) -> str:
    """Return the address as it is compared: trimmed, lower case."""
    return email.strip().lower()


def check_password(password: str, email: str) -> None:
    """Raise `PasswordTooWeak` unless the password has 12 to 256 characters and is not the address."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordTooWeak(
            f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.", hint="A sentence is a good password."
        )
    if normal_email(password) == normal_email(email):
        raise PasswordTooWeak("The password must differ from the e-mail address.")
