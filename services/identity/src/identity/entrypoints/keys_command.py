"""`python -m identity keys list | rotate | withdraw KID`: an operator's hold on the signing keys."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from aos_common.errors import DomainError

from identity.domain.signing_key import SigningKey, published, signing
from identity.ports import SigningKeys
from identity.usecases.administration.rotate_signing_key import rotate_signing_key
from identity.usecases.administration.withdraw_signing_key import withdraw_signing_key

Opened = Callable[[Callable[[SigningKeys], Awaitable[None]]], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


def keys_command(arguments: Sequence[str], with_keys: Opened) -> int:
    """Run one sub-command on the stored keys; `with_keys` opens and closes them."""
    parser = argparse.ArgumentParser(prog="python -m identity keys", description="Look after the signing keys.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="show every key and what it does")
    verbs.add_parser("rotate", help="publish a new key that signs six seconds later")
    verbs.add_parser("withdraw", help="refuse whatever a replaced key signed").add_argument("kid")
    options = parser.parse_args(arguments)

    async def act(keys: SigningKeys) -> None:
        if options.verb == "rotate":
            made = await rotate_signing_key(keys=keys, clock=_now)
            print(f"{made.kid} signs from {made.signs_from.isoformat(timespec='seconds')} on")
        elif options.verb == "withdraw":
            await withdraw_signing_key(options.kid, keys=keys, clock=_now)
            print(f"{options.kid} is withdrawn; what it signed is refused within ten seconds")
        else:
            _show(await keys.load())

    try:
        asyncio.run(_run(act, with_keys))
    except DomainError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(act: Callable[[SigningKeys], Awaitable[None]], with_keys: Opened) -> None:
    await with_keys(act)


def _show(keys: Sequence[SigningKey]) -> None:
    now = _now()
    current, shown = signing(keys, now), {key.kid for key in published(keys, now)}
    for key in sorted(keys, key=lambda one: one.signs_from):
        state = "signs" if current and key.kid == current.kid else "published" if key.kid in shown else "expired"
        state = "withdrawn" if key.withdrawn_at else state
        print(f"{key.kid}  {state:<9}  made {key.created_at.isoformat(timespec='seconds')}")
