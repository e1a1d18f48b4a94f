"""`python -m identity mail`: the mails that were not delivered, for whoever operates the machine.

In the embedded platform nothing delivers mail: here is where a person reads the invitation they sent themselves. It
needs the database's URL and the credential key, which only the machine's operator has.
"""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from identity.domain.mail import Mail

MAX_SHOWN = 200


class Outbox(Protocol):
    """Mails over all tenants."""

    async def newest(self, limit: int) -> list[tuple[datetime, Mail]]:
        """Return the newest mails that wait."""


Opened = Callable[[Callable[[Outbox], Awaitable[None]]], Awaitable[None]]


def mail_command(arguments: Sequence[str], with_outbox: Opened) -> int:
    """Show the newest mails; `with_outbox` opens and closes them."""
    parser = argparse.ArgumentParser(prog="python -m identity mail", description="Show the mails that wait.")
    parser.add_argument("--to", default="", help="only those to this address")
    parser.add_argument("--limit", type=int, default=10, choices=range(1, MAX_SHOWN + 1), metavar="N", help="how many")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args(arguments)

    async def show(outbox: Outbox) -> None:
        mails = await outbox.newest(MAX_SHOWN if options.to else options.limit)
        wanted = [one for one in mails if options.to.lower() in ("", one[1].recipient)][: options.limit]
        print(json.dumps([_document(*one) for one in wanted], indent=1) if options.json else _text(wanted))

    asyncio.run(_run(show, with_outbox))
    return 0


async def _run(show: Callable[[Outbox], Awaitable[None]], with_outbox: Opened) -> None:
    await with_outbox(show)


def _document(moment: datetime, mail: Mail) -> dict[str, str]:
    at = moment.isoformat(timespec="seconds")
    return {"to": mail.recipient, "subject": mail.subject, "at": at, "body": mail.body}


def _text(mails: Sequence[tuple[datetime, Mail]]) -> str:
    if not mails:
        return "No mail waits."
    # Oldest first: the newest stands where the eye is when the command ends.
    heads = [f"To: {mail.recipient}\nSubject: {mail.subject}\nDate: {moment:%Y-%m-%d %H:%M}" for moment, mail in mails]
    return "\n".join(f"{head}\n\n{one[1].body}" for head, one in reversed(list(zip(heads, mails, strict=True))))
