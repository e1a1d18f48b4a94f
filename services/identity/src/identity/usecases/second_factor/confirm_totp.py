"""Turn a second factor on with its first code."""

import base64
import secrets

from identity.domain.account import User
from identity.domain.credentials.second_factor import RECOVERY_CODES, normal_code, totp_wrong
from identity.domain.credentials.ticket import hash_secret
from identity.domain.errors import TotpState
from identity.ports import Clock, OneTimeCodes, SecondFactors

GROUP = 4
RECOVERY_BYTES = 10
"""80 random bits: too many to try, so that a plain hash keeps them."""


async def confirm_totp(
    user: User, code: str, *, second_factors: SecondFactors, codes: OneTimeCodes, clock: Clock
) -> list[str]:
    """Return the recovery codes, this once; raise `TotpState` where none was begun, or `TotpWrong`."""
    factor = await second_factors.get(user.tenant_id, user.id)
    if factor is None or factor.confirmed_at is not None:
        raise TotpState("No second factor waits for its first code.", hint="Begin with: aos totp on")
    step = codes.step_of(factor.secret, normal_code(code), clock())
    if step is None:
        raise totp_wrong()
    recovery = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    hashes = [hash_secret(one) for one in recovery]
    await second_factors.confirm(user.tenant_id, user.id, step, hashes, clock())
    return ["-".join(one[n : n + GROUP] for n in range(0, len(one), GROUP)) for one in recovery]
