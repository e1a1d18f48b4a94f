"""Mail by SMTP, or not at all.

`AOS_MAIL_URL` is `outbox:` (mails stay in the database, for `python -m identity mail`), `smtp://user:password@host:587`
(upgraded to TLS with STARTTLS where the server offers it; `?tls=required` refuses one that does not) or `smtps://host:465`.
Certificates are always verified; `ca=/path.pem` names an authority of your own. A password is never sent in the clear.
"""

import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aos_common.errors import DependencyUnavailable, DomainError, Kind

from identity.domain.mail import Mail

SECONDS = 20.0
PERMANENT = range(500, 600)


class MailRefused(DomainError):
    """The mail server will never take this mail."""

    reason = "MAIL_REFUSED"
    kind = Kind.PRECONDITION


class OutboxSender:
    """Delivers nothing: mails stay in the outbox."""

    delivers = False

    async def send(self, mail: Mail) -> None:
        """Do nothing."""


class SmtpSender:
    """Delivers to one server, a connection a mail."""

    delivers = True

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("AOS_MAIL_URL looks like outbox: or smtp://host:587 or smtps://user:password@host:465")
        self._sender = sender
        self._host, self._port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 587)
        self._login = [unquote(part) for part in (parts.username, parts.password) if part is not None]
        self._implicit = parts.scheme == "smtps"
        self._required = bool(self._login) or query.get("tls") == "required"
        self._context = ssl.create_default_context(cafile=query.get("ca"))

    async def send(self, mail: Mail) -> None:
        """Deliver a mail; raise `MailRefused` or `DependencyUnavailable`."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.recipient, mail.subject
        # The same at every attempt, so that a reader who gets it twice sees it once.
        message["Message-ID"] = f"<{mail.id}@autonomos.local>"
        message.set_content(mail.body)
        try:
            await self._deliver(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _failed([refused.code for refused in error.recipients]) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _failed([error.code]) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise DependencyUnavailable(f"The mail server cannot be used ({type(error).__name__}).") from None

    async def _deliver(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self._host,
            port=self._port,
            username=self._login[0] if self._login else None,
            password=self._login[1] if len(self._login) > 1 else None,
            use_tls=self._implicit,
            # None: STARTTLS where the server offers it; True: or not at all.
            start_tls=False if self._implicit else (True if self._required else None),
            tls_context=self._context,
            # Its default asks the resolver for this machine's name, which blocks.
            local_hostname="autonomos.local",
            timeout=SECONDS,
        )


def _failed(codes: Sequence[int]) -> DomainError:
    """Name a refusal by its SMTP reply codes (RFC 5321 §4.2.1: 4yz may work later, 5yz will not)."""
    said = ", ".join(str(code) for code in codes)
    if codes and all(code in PERMANENT for code in codes):
        return MailRefused(f"The mail server refused the mail ({said}).")
    return DependencyUnavailable(f"The mail server refused the mail for now ({said}).")


def sender_of(url: str, sender: str) -> OutboxSender | SmtpSender:
    """Return the sender that a URL names; raise ValueError."""
    return OutboxSender() if url == "outbox:" else SmtpSender(url, sender)
