"""Background work of identity: mail, and a new signing key when the old one has served its time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from aos_common.errors import DomainError
from aos_common.jobs import Job

from identity.ports import Clock, Mails, MailSender, SigningKeys
from identity.usecases.administration.rotate_signing_key import rotate_signing_key
from identity.usecases.send_mail import send_mail

log = structlog.get_logger()

MAIL = "mail.send"
KEY_CHECK_SECONDS = 3600.0


def handlers(mails: Mails, sender: MailSender, clock: Clock) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """Return the handlers by kind of job."""

    async def send(job: Job) -> None:
        await send_mail(job.tenant_id, UUID(job.payload["mail_id"]), mails=mails, sender=sender, clock=clock)

    return {MAIL: send}


async def rotate_by_age(keys: SigningKeys, clock: Clock, older_than: timedelta) -> None:
    """Look every hour whether the signing key is due, until cancelled."""
    while True:
        await asyncio.sleep(KEY_CHECK_SECONDS)
        try:
            await rotate_signing_key(keys=keys, clock=clock, older_than=older_than)
        except DomainError as error:
            log.warning("signer.rotation_failed", error=error.reason)
