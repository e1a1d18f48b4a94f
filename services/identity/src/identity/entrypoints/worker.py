"""Background jobs of identity: mail."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from aos_common.jobs import Job

from identity.ports import Clock, Mails, MailSender
from identity.usecases.send_mail import send_mail

MAIL = "mail.send"


def handlers(mails: Mails, sender: MailSender, clock: Clock) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """Return the handlers by kind of job."""

    async def send(job: Job) -> None:
        await send_mail(job.tenant_id, UUID(job.payload["mail_id"]), mails=mails, sender=sender, clock=clock)

    return {MAIL: send}
