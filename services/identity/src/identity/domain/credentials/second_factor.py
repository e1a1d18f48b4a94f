"""A second factor: time-based one-time codes (TOTP, RFC 6238) and the recovery codes for whoever loses the device."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from identity.domain.errors import TotpRequired, TotpWrong

RECOVERY_CODES = 10
NEVER = -1
"""`last_step` of a secret whose codes were never used."""


@dataclass(frozen=True)
class SecondFactor:
    """A user's secret. `last_step` is the time step (of 30 s) of the last code used: no code works twice."""

    tenant_id: UUID
    user_id: UUID
    secret: str = field(repr=False)
    confirmed_at: datetime | None
    last_step: int


def normal_code(code: str) -> str:
    """Return a code as it is compared: people type blanks and dashes."""
    return "".join(character for character in code if character.isalnum()).upper()


def totp_required(code: str) -> TotpRequired:
    """Return the answer to a right password without the right code."""
    said = "The code is wrong, or was used before." if code else "This account needs a code as well."
    return TotpRequired(said, hint="Send the code of your app as `totp`, or a recovery code.")


def totp_wrong() -> TotpWrong:
    """Return the answer to a wrong, old or used code."""
    return TotpWrong("The code is wrong, or was used before.", hint="Wait for the next one, or use a recovery code.")
