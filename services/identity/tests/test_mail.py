"""Mail to a real SMTP server, with and without TLS."""

import asyncio
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from identity.adapters.mail import MailRefused, OutboxSender, sender_of
from identity.app import build
from identity.domain.mail import Mail
from identity.settings import Settings
from pydantic import SecretStr

SENDER = "AutonomOS <no-reply@autonomos.local>"
MAIL = Mail(uuid4(), uuid4(), "guest@example.com", "Invitation to Zoë & Co", "Grüße\n\nticket.of.mail\n")


class Inbox:
    """Takes mails; `said` answers instead."""

    def __init__(self, said: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self._said = said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a mail."""
        if self._said:
            return self._said
        self.mails.append(BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.content))
        return "250 OK"


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"post", b"p@ss word"))


@contextmanager
def _server(inbox: Inbox, **options: Any) -> Iterator[int]:
    class Served(Controller):
        def factory(self) -> SMTP:
            return SMTP(inbox, hostname="localhost", enable_SMTPUTF8=True, **options)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = Served(inbox, hostname="127.0.0.1", port=port)
    served.start()
    try:
        yield port
    finally:
        served.stop()


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority's file, and the context of a server at localhost that it vouches for."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("localhost").configure_cert(context)
    return tmp_path / "ca.pem", context


async def test_send_when_the_server_takes_it_then_the_mail_is_whole() -> None:
    inbox = Inbox()
    with _server(inbox) as port:
        sender = sender_of(f"smtp://127.0.0.1:{port}", SENDER)
        await sender.send(MAIL)
        await sender.send(MAIL)
    first, second = inbox.mails
    assert (first["to"], first["subject"], first["from"]) == ("guest@example.com", MAIL.subject, SENDER)
    assert first.get_content().replace("\r\n", "\n") == MAIL.body
    assert first["message-id"] == second["message-id"], "a mail sent twice is recognised"


# The second server asks for a password without TLS on purpose.
@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
async def test_send_when_a_password_is_set_then_it_goes_over_tls_alone(authority: tuple[Path, ssl.SSLContext]) -> None:
    inbox = Inbox()
    file, context = authority
    login: dict[str, Any] = {"authenticator": _login, "auth_required": True}
    with _server(inbox, tls_context=context, **login) as port:
        await sender_of(f"smtp://post:p%40ss%20word@localhost:{port}?ca={file}", SENDER).send(MAIL)
    assert len(inbox.mails) == 1
    with _server(inbox, auth_require_tls=False, **login) as port, pytest.raises(DependencyUnavailable):
        await sender_of(f"smtp://post:p%40ss%20word@localhost:{port}", SENDER).send(MAIL)
    assert len(inbox.mails) == 1


async def test_send_when_the_certificate_is_another_authoritys_or_hosts_then_nothing_is_sent(
    authority: tuple[Path, ssl.SSLContext],
) -> None:
    inbox = Inbox()
    file, context = authority
    with _server(inbox, tls_context=context) as port:
        for url in (f"smtp://localhost:{port}?tls=required", f"smtp://127.0.0.1:{port}?tls=required&ca={file}"):
            with pytest.raises(DependencyUnavailable):
                await sender_of(url, SENDER).send(MAIL)
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("said", "error"), [("550 no such user", MailRefused), ("451 try later", DependencyUnavailable)]
)
async def test_send_when_the_server_refuses_then_the_error_tells_whether_to_try_again(
    said: str, error: type[Exception]
) -> None:
    with _server(Inbox(said)) as port, pytest.raises(error):
        await sender_of(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)


async def test_send_when_nobody_listens_then_it_is_tried_again() -> None:
    with _server(Inbox()) as port:
        pass
    with pytest.raises(DependencyUnavailable):
        await asyncio.wait_for(sender_of(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL), 10)


def test_sender_when_the_url_is_wrong_then_it_says_what_it_looks_like() -> None:
    assert isinstance(sender_of("outbox:", SENDER), OutboxSender)
    for url in ("", "outbox", "http://host", "smtp://"):
        with pytest.raises(ValueError, match="AOS_MAIL_URL"):
            sender_of(url, SENDER)


async def test_mail_when_a_server_is_set_then_the_worker_delivers_it_and_forgets_its_body(settings: Settings) -> None:
    inbox = Inbox()
    with _server(inbox) as port:
        chosen = settings.model_copy(update={"mail_url": SecretStr(f"smtp://127.0.0.1:{port}")})
        service = await build(chosen, frozenset({"serve", "work"}))
        tasks = [asyncio.ensure_future(task()) for task in service.tasks]
        transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://identity") as client:
            email = f"{uuid4().hex}@example.com"
            body = {"tenant_name": "T", "email": email, "password": "correct horse battery"}
            tenant = (await client.post("/api/v1/auth/register", json=body)).json()["user"]["tenant_id"]
            assert (await client.post("/api/v1/auth/password/forgot", json={"email": email})).status_code == 202
            async with asyncio.timeout(10):
                while not inbox.mails or not await _sent(settings, tenant):
                    await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for close in service.close:
            await close()
    assert inbox.mails[0]["to"] == email
    said = inbox.mails[0].get_content()
    assert "aos password reset" in said
    assert re.search(r"^ +http://127.0.0.1:8080/reset\?ticket=[\w-]+\.[\w-]+\.[\w-]+\s", said, re.MULTILINE)


async def _sent(settings: Settings, tenant: str) -> bool:
    database = Database(settings.database_url.get_secret_value(), "identity", pool_size=1)
    async with database.tenant_tx(UUID(tenant)) as connection:
        row = (await connection.execute(sa.text("SELECT secret, sent_at FROM mail_outbox"))).one()
    await database.close()
    return row.secret is None and row.sent_at is not None


async def test_command_when_an_operator_asks_then_it_shows_the_mail_without_a_server(
    town: Any, settings: Settings
) -> None:
    person = await town.owner()
    await town.client.post("/api/v1/auth/password/forgot", json={"email": person.email})
    environment = os.environ | {
        "AOS_DATABASE_URL": settings.database_url.get_secret_value(),
        "AOS_CREDENTIAL_KEY": settings.credential_key,
        "AOS_SIGNING_KEY_FILE": str(settings.signing_key_file),
        "AOS_AUDIT_KEY": settings.audit_key.get_secret_value(),
    }
    command = [sys.executable, "-m", "identity", "mail", "--to", person.email]
    for more in ([], ["--json"]):
        done = await asyncio.to_thread(
            subprocess.run, [*command, *more], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        assert await town.ticket(person.tenant_id, person.email) in done.stdout
