"""Deliver a mail that waits."""

from uuid import UUID

from identity.ports import Clock, Mails, MailSender


async def send_mail(tenant_id: UUID, mail_id: UUID, *, mails: Mails, sender: MailSender, clock: Clock) -> None:
    """Hand the mail to the server and forget its body; one that has gone already is not sent again.

    A process that dies in between sends it twice, under one Message-ID.
    """
    mail = await mails.get(tenant_id, mail_id)
    if mail is not None:
        await sender.send(mail)
        await mails.sent(tenant_id, mail_id, clock())
