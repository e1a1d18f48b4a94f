"""Ask for a password reset."""

import asyncio
import secrets
import time

from aos_common.ids import new_id

from identity.domain.account import normal_email
from identity.domain.credentials.password_reset import LIFETIME, PasswordReset
from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.mail import Mail, reset_text
from identity.ports import Accounts, Clock, PasswordResets

ANSWER_SECONDS = 0.3
"""When every caller gets the answer: long after the work is done, so that it does not tell whether there was any."""


async def ask_reset(email: str, url: str, *, accounts: Accounts, resets: PasswordResets, clock: Clock) -> None:
    """Send a reset to the address if it signs in with a password; return the same, after the same time, if not."""
    began = time.monotonic()
    try:
        await _ask(email, url, accounts, resets, clock)
    finally:
        await asyncio.sleep(max(0.0, began + ANSWER_SECONDS - time.monotonic()))


async def _ask(email: str, url: str, accounts: Accounts, resets: PasswordResets, clock: Clock) -> None:
    user = await accounts.find_by_email(normal_email(email))
    if user is None or user.disabled_at is not None or user.password_hash is None:
        return
    now = clock()
    ticket = Ticket(user.tenant_id, new_id(), secrets.token_urlsafe(32))
    reset = PasswordReset(user.tenant_id, ticket.id, user.id, hash_secret(ticket.secret), now, now + LIFETIME)
    await resets.add(reset, Mail(user.tenant_id, new_id(), user.email, *reset_text(str(ticket), url)))
