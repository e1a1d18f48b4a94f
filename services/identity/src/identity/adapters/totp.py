"""Time-based one-time codes with pyotp: SHA-1, six digits, 30 seconds, as every authenticator app has them."""

import hmac
from datetime import datetime, timedelta

import pyotp

ISSUER = "AutonomOS"
STEP = timedelta(seconds=30)
SECRET_CHARACTERS = 32
"""160 bits in base32, the length RFC 4226 §4 recommends."""


class PyotpCodes:
    """The `OneTimeCodes` port."""

    def new_secret(self) -> str:
        """Return a new secret in base32."""
        return pyotp.random_base32(SECRET_CHARACTERS)

    def uri(self, secret: str, account: str) -> str:
        """Return the otpauth:// URI that apps read as a QR code."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code it is; one step to either side allows for clocks that differ."""
        totp = pyotp.TOTP(secret)
        current = int(now.timestamp() // STEP.total_seconds())
        fitting = [step for step in (current - 1, current, current + 1) if _fits(totp.generate_otp(step), code)]
        return fitting[0] if fitting else None


def _fits(expected: str, code: str) -> bool:
    return hmac.compare_digest(expected.encode(), code.encode())
